using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Activations;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.Backbones;

/// <summary>The merge that a regression is anchored at: one that takes a number for each model, or one of the others at its own defaults.</summary>
internal static class Anchor
{
    private const string TaskArithmetic = "task_arithmetic";
    private const string Average = "average";
    private const string Base = "base";
    private const string Ties = "ties";

    public static MethodParameter Kind { get; } = MethodParameter.OneOf(
        "anchor",
        "what the regression is anchored at: the base plus anchor_lambda Σ weight · τ, the weighted mean, the base, untrimmed TIES, or a spectral method at its own defaults",
        [TaskArithmetic, Average, Base, Ties, .. SpectralBackbone.Names]);

    public static MethodParameter Lambda { get; } = new(
        "anchor_lambda", ParameterScope.Global, 0.3, -CommonParameters.LargestWeight, CommonParameters.LargestWeight, 0.1, 1, "factor of the task vectors in the anchor task_arithmetic");

    /// <summary>The factors on the task vectors whose sum the anchor adds to the base; null for an anchor that is no such sum.</summary>
    /// <param name="shares">The models' weights over their sum.</param>
    private static double[]? Factors(TensorParameters parameters, double[] shares) => parameters.Choice(Kind.Name) switch
    {
        TaskArithmetic => [.. Enumerable.Range(0, shares.Length).Select(model => parameters.Of(model, "weight") * parameters[Lambda.Name])],
        Average => shares,
        Base => new double[shares.Length],
        _ => null,
    };

    /// <summary>The anchor of one tensor as a merge, its change of the base times a factor. Spectral merges that take weights have them with a mean of 1.</summary>
    public static ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters, double[] shares, double lambda = 1)
    {
        if (Factors(parameters, shares) is { } factors)
            return new SumOfTaskVectors([.. factors.Select(factor => (float)factor)], (float)lambda);
        var name = parameters.Choice(Kind.Name);
        if (name == Ties)
            return new SignElectionKernel([.. shares.Select(share => new TaskVectorShare(Sparsity.None, (float)share))], Normalize: true, SmallestDivisor: 0, (float)lambda);
        var kernel = SpectralBackbone.Bind(name, inputs, [.. shares.Select(share => share * shares.Length)]);
        return lambda == 1 ? kernel : new ScaledChangeKernel(kernel, (float)lambda);
    }

    /// <summary>What the anchor of a matrix adds to the base.</summary>
    public static Func<Matrix[], Matrix> Change(TensorInputs inputs, TensorParameters parameters, double[] shares)
    {
        var algebra = inputs.Algebra;
        if (Factors(parameters, shares) is { } factors)
            return vectors => algebra.Sum([.. vectors.Select((vector, model) => (factors[model], vector))]);
        var change = MergedChange.Of(inputs, Bind(inputs, parameters, shares));
        return vectors => algebra.Create(vectors[0].Rows, vectors[0].Columns, Array.ConvertAll(change, value => (double)value));
    }

    /// <inheritdoc cref="IMergeMethod.PreparedBytes"/>
    public static long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        SpectralBackbone.PreparedBytes(parameters.Choice(Kind.Name), place, shape, parameters.ModelCount);

    /// <inheritdoc cref="IMergeMethod.WorkOf"/>
    public static MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        SpectralBackbone.WorkOf(parameters.Choice(Kind.Name), place, shape, parameters.ModelCount);
}
