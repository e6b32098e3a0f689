using System.Collections.Immutable;

namespace Evo.Evaluation.Tasks;

/// <summary>Which keys a task file may have, by kind of task. Metrics add options of their own.</summary>
internal static class TaskKeys
{
    internal static readonly ImmutableArray<string> Common = ["name", "kind", "data", "metric"];

    private static readonly ImmutableArray<string> Examples = ["few_shot", "few_shot_separator"];

    internal static readonly ImmutableArray<(string Name, TaskKind Kind)> Kinds =
    [
        ("generate", TaskKind.Generate),
        ("multiple_choice", TaskKind.MultipleChoice),
        ("loglikelihood", TaskKind.LogLikelihood),
        ("perplexity", TaskKind.Perplexity),
    ];

    /// <summary>The keys that say what an item of this kind is; all of them must be there, but for an <c>answer</c> that the metric can do without.</summary>
    internal static ImmutableArray<string> Required(TaskKind kind) => kind switch
    {
        TaskKind.Generate => ["prompt", "answer"],
        TaskKind.MultipleChoice => ["prompt", "choices", "answer"],
        TaskKind.LogLikelihood => ["prompt", "answer"],
        _ => ["text"],
    };

    /// <summary>The keys of this kind that have defaults.</summary>
    internal static ImmutableArray<string> Optional(TaskKind kind) => kind switch
    {
        TaskKind.Generate => ["stop", "max_tokens", .. Examples],
        TaskKind.MultipleChoice or TaskKind.LogLikelihood => Examples,
        _ => [],
    };

    internal static string NameOf(TaskKind kind) => Kinds.First(known => known.Kind == kind).Name;
}
