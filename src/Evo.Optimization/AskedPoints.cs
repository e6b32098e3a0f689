using System.Collections.Immutable;

namespace Evo.Optimization;

/// <summary>The checks that every algorithm makes at its border: on the problem, on injected points and on answers.</summary>
internal static class AskedPoints
{
    public static void CheckProblem(OptimizationProblem problem)
    {
        if (problem.Variables.IsDefaultOrEmpty || problem.Goals.IsDefaultOrEmpty)
            throw new ArgumentException("A problem needs at least one variable and one goal.");
        for (var i = 0; i < problem.Dimension; i++)
        {
            var (lower, upper, initial) = problem.Variables[i];
            if (!double.IsFinite(lower) || !double.IsFinite(upper) || !(lower < upper) || !double.IsFinite(upper - lower))
                throw new ArgumentException($"Variable {i} has no proper interval: [{lower}, {upper}].");
            if (initial is { } start && !(start >= lower && start <= upper))
                throw new ArgumentException($"Variable {i} starts at {start}, outside [{lower}, {upper}].");
        }
    }

    /// <summary>The injected points in order, each once; a point of the wrong length or outside the box is an error.</summary>
    public static ImmutableArray<ImmutableArray<double>> Injected(
        OptimizationProblem problem, IEnumerable<ImmutableArray<double>> injected)
    {
        var accepted = ImmutableArray.CreateBuilder<ImmutableArray<double>>();
        foreach (var point in injected)
        {
            if (point.Length != problem.Dimension)
                throw new ArgumentException($"An injected point has {point.Length} coordinates; the problem has {problem.Dimension}.");
            for (var i = 0; i < point.Length; i++)
            {
                if (!(point[i] >= problem.Variables[i].Lower && point[i] <= problem.Variables[i].Upper))
                    throw new ArgumentException($"An injected point lies outside the box: coordinate {i} is {point[i]}.");
            }

            if (!accepted.Any(earlier => earlier.AsSpan().SequenceEqual(point.AsSpan())))
                accepted.Add(point);
        }

        return accepted.ToImmutable();
    }

    /// <summary>
    /// The answers in the order of asking, with every candidate that has no usable numbers (an objective or violation that is NaN or
    /// infinite) made plainly invalid. Answers to other points than the asked ones are an error: results were mixed up.
    /// </summary>
    public static ImmutableArray<Evaluated> Match(
        ImmutableArray<ImmutableArray<double>> asked, IReadOnlyList<Evaluated> answers, int objectives)
    {
        if (answers.Count != asked.Length)
            throw new ArgumentException($"{asked.Length} points were asked and {answers.Count} answered.");
        var matched = ImmutableArray.CreateBuilder<Evaluated>(asked.Length);
        for (var i = 0; i < asked.Length; i++)
        {
            var answer = answers[i];
            if (!answer.Point.AsSpan().SequenceEqual(asked[i].AsSpan()))
                throw new ArgumentException($"Answer {i} is for another point than the one asked: answers come in the order of asking.");
            if (answer.Objectives is { } values && values.Length != objectives)
                throw new ArgumentException($"Answer {i} has {values.Length} objective values; the problem has {objectives}.");
            var usable = answer.Objectives is { } scores && scores.All(double.IsFinite) && double.IsFinite(answer.Violation);
            matched.Add(usable ? answer : answer with { Objectives = null, Violation = 0 });
        }

        return matched.MoveToImmutable();
    }
}
