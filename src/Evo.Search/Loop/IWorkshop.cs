using System.Collections.Immutable;
using Evo.Evaluation;
using Evo.Merging;
using Evo.Optimization;

namespace Evo.Search.Loop;

/// <summary>
/// Turns points of the unit box into candidates: the codec, the planner, the merge engine and the buffer behind one door.
/// </summary>
internal interface IWorkshop : IDisposable
{
    /// <summary>One for each gene, in the unit box.</summary>
    ImmutableArray<Variable> Variables { get; }

    /// <summary>Points that the first generation should contain: the space's start, the parents, the uniform merge.</summary>
    ImmutableArray<ImmutableArray<double>> Seeds { get; }

    /// <summary>Base, parents, uniform merge.</summary>
    ImmutableArray<BaselineBlueprint> Baselines { get; }

    /// <summary>What a point of the unit box means. Pure; a point that cannot be planned has <see cref="Blueprint.Problem"/> set.</summary>
    Blueprint Draw(ImmutableArray<double> point);

    /// <summary>Makes the candidate and hands it out with an evaluator that can read it. Valid until the next call.</summary>
    /// <exception cref="NonFiniteMergeException">The merged weights are NaN or infinite: the candidate's own fault. Anything else is the
    /// machine's.</exception>
    Workpiece Build(Blueprint blueprint, CancellationToken cancellation);

    /// <summary>A measure of the weights that were built last.</summary>
    double Measure(string measure);
}

/// <summary>A candidate that is ready to be scored.</summary>
internal sealed record Workpiece(Candidate Candidate, IEvaluator Evaluator);
