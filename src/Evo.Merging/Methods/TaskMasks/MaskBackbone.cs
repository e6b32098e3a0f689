using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Backbones;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>How the task vectors are merged that task masks select from: by task arithmetic, TIES or one of the spectral methods.</summary>
internal static class MaskBackbone
{
    private const string Sum = "task_arithmetic";
    private const string Ties = "ties";

    public static MethodParameter Parameter { get; } = MethodParameter.OneOf(
        "backbone",
        "how the task vectors are merged: their weighted sum, TIES' sum of those that agree in sign, or a spectral method at its own defaults (in the matrices of attention "
        + "and feed-forward; the mean elsewhere), of which tsv_m alone takes weights",
        [Sum, Ties, .. SpectralBackbone.Names]);

    /// <summary>The merged task vector of one tensor. Matrices of spectral backbones are merged here.</summary>
    public static IMultiTaskVector Of(TensorInputs inputs, TensorParameters parameters)
    {
        var name = parameters.Choice(Parameter.Name);
        if (!SpectralBackbone.Has(name))
            return ByElement(inputs, parameters, elects: name == Ties);
        return SpectralBackbone.Bind(name, inputs, Weights(parameters)) switch
        {
            SumKernel mean => new MultiTaskVector(mean.Shares, ElectsSigns: false, mean.Divisor),
            var kernel => new ComputedTaskVector(MergedChange.Of(inputs, kernel)),
        };
    }

    /// <inheritdoc cref="IMergeMethod.PreparedBytes"/>
    public static long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        SpectralBackbone.PreparedBytes(parameters.Choice(Parameter.Name), place, shape, parameters.ModelCount);

    /// <inheritdoc cref="IMergeMethod.WorkOf"/>
    public static MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        SpectralBackbone.WorkOf(parameters.Choice(Parameter.Name), place, shape, parameters.ModelCount);

    /// <summary>Refuses weights that the backbone would leave out without a word; null where there are none.</summary>
    public static string? Objection(TensorParameters parameters) =>
        parameters.Choice(Parameter.Name) is var name && SpectralBackbone.Has(name) && !SpectralBackbone.TakesWeights(name)
            && Array.Exists(Weights(parameters), weight => weight != 1)
            ? $"'weight' has no part in the backbone '{name}'; leave it out, or take tsv_m, ties or task_arithmetic"
            : null;

    private static MultiTaskVector ByElement(TensorInputs inputs, TensorParameters parameters, bool elects)
    {
        var shares = Enumerable.Range(0, inputs.ModelCount).Select(model => new TaskVectorShare(
            elects && parameters.Of(model, "density") is < 1 and var density
                ? new Sparsity(inputs.TaskVectorOrder(model).Largest((long)(density * inputs.ElementCount)))
                : Sparsity.None,
            (float)parameters.Of(model, "weight")));
        return new MultiTaskVector([.. shares], elects);
    }

    private static double[] Weights(TensorParameters parameters) =>
        [.. Enumerable.Range(0, parameters.ModelCount).Select(model => parameters.Of(model, "weight"))];
}
