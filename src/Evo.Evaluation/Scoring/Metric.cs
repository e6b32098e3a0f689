using System.Collections.Immutable;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;

namespace Evo.Evaluation.Scoring;

/// <summary>A way to score items and to draw them together; <see cref="Metrics"/> lists them.</summary>
public sealed record Metric
{
    internal Metric(Func<TaskDefinition, Func<Response, Measurement>> bind) => For = bind;

    public required string Name { get; init; }

    /// <summary>One line for people: what it is, and its unit.</summary>
    public required string Description { get; init; }

    /// <summary>The kinds of task that it can score.</summary>
    public required ImmutableArray<TaskKind> Kinds { get; init; }

    /// <summary>The natural direction: true when more is better.</summary>
    public required bool HigherIsBetter { get; init; }

    public Aggregation Aggregation { get; init; } = Aggregation.Mean;

    /// <summary>Keys of a task file that only this metric and its like understand: <c>pattern</c>, <c>ignore_case</c>, <c>strip</c>.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>False when a <c>generate</c> task may leave its <c>answer</c> out.</summary>
    public bool NeedsAnswer { get; init; } = true;

    /// <summary>The metric with the task's options bound to it: response in, score and weight out.</summary>
    internal Func<TaskDefinition, Func<Response, Measurement>> For { get; }

    /// <summary>The metric's value over item results, with its standard error.</summary>
    public MetricEstimate Estimate(ImmutableArray<ItemResult> items) => MetricEstimate.From(items, Aggregation);
}
