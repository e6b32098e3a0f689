using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods.Backbones;

/// <summary>
/// Spectral merges that other methods build on, chosen by name: each at its own defaults, but that whatever is no matrix of attention or feed-forward is the
/// mean of the task vectors in all of them (WUDI and OptMerge by themselves leave that to the base).
/// </summary>
internal static class SpectralBackbone
{
    private static readonly ImmutableArray<SpectralMethod> All = [new TsvM(), new IsoC(), new IsoCts(), new DcMerge(), new Wudi(), new OptMerge()];

    public static ImmutableArray<string> Names { get; } = [.. All.Select(method => method.Name)];

    public static bool Has(string name) => Names.Contains(name);

    /// <summary>Whether models may be weighted in that merge.</summary>
    public static bool TakesWeights(string name) => Of(name).Parameters.Any(parameter => parameter.Name == SpectralParameters.Weight.Name);

    /// <summary>The merge of one tensor. Its kernel goes element by element, or over the whole tensor where that is a matrix of a layer.</summary>
    /// <param name="weights">Of each model; without influence where the merge takes none.</param>
    public static ITensorKernel Bind(string name, TensorInputs inputs, double[] weights) => Of(name).Bind(inputs, ParametersOf(name, weights));

    /// <summary>What the merge by that method keeps; 0 for the name of another merge.</summary>
    public static long PreparedBytes(string name, TensorPlace place, ImmutableArray<long> shape, int models) =>
        Has(name) ? Of(name).PreparedBytes(place, shape, ParametersOf(name, [.. Enumerable.Repeat(1.0, models)])) : 0;

    /// <summary>What the merge by that method takes, and its change of the base, half a number an element, beside it; nothing for the name of another merge.</summary>
    public static MatrixWork WorkOf(string name, TensorPlace place, ImmutableArray<long> shape, int models)
    {
        if (!Has(name))
            return default;
        var work = Of(name).WorkOf(place, shape, ParametersOf(name, [.. Enumerable.Repeat(1.0, models)]));
        return work.IsNone ? work : work with { Numbers = work.Numbers + (shape.Aggregate(1.0, (product, extent) => product * extent) / 2) };
    }

    private static SpectralMethod Of(string name) => All.First(method => method.Name == name);

    private static TensorParameters ParametersOf(string name, double[] weights)
    {
        ImmutableArray<MethodParameter> declared =
        [
            .. Of(name).Parameters.Select(parameter =>
                parameter.Name == SpectralParameters.Embeddings.Name || parameter.Name == SpectralParameters.Vectors.Name
                    ? parameter.WithDefault(SpectralParameters.Average)
                    : parameter),
        ];
        return new TensorParameters(declared, Values(1), [.. weights.Select(Values)]);

        ImmutableArray<double> Values(double weight) =>
            [.. declared.Select(parameter => parameter.Name == SpectralParameters.Weight.Name ? weight : parameter.Default!.Value)];
    }
}
