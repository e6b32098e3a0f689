using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>Which tensors are linear maps that activations say something about.</summary>
internal static class LinearMaps
{
    /// <summary>A weight that every model gives, 1 by default, and that must not be negative: sums of Gram matrices and of information stay positive.</summary>
    public static MethodParameter Weight { get; } =
        new("weight", ParameterScope.PerModel, 1, 0, CommonParameters.LargestWeight, 0, 1, "share of the model");

    /// <summary>Statistics of all models with Gram matrices of the tensor's inputs; null when one lacks them, and for heads and embeddings.</summary>
    public static ImmutableArray<ITensorStatistics>? Grams(TensorInputs inputs)
    {
        if (!IsInLayers(inputs))
            return null;
        var all = ImmutableArray.CreateBuilder<ITensorStatistics>();
        for (var model = 0; model < inputs.ModelCount; model++)
        {
            if (inputs.Statistics(model) is not { HasGram: true } statistics || statistics.Channels != inputs.Shape[1])
                return null;
            all.Add(statistics);
        }

        return all.ToImmutable();
    }

    /// <summary>True for matrices of attention and feed-forward blocks.</summary>
    public static bool IsInLayers(TensorInputs inputs) => IsInLayers(inputs.Place, inputs.Shape);

    /// <inheritdoc cref="IsInLayers(TensorInputs)"/>
    public static bool IsInLayers(TensorPlace place, ImmutableArray<long> shape) => shape.Length == 2 && place.Component is Component.Attention or Component.Mlp;

    /// <summary>What a regression takes: beside the solution, so many matrices and Gram matrices of every model.</summary>
    public static MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, int models, double matrices, double grams) => IsInLayers(place, shape)
        ? new MatrixWork((models * (double)shape[1] * ((matrices * shape[0]) + (grams * shape[1]))) + (shape[1] * ((6.2 * shape[0]) + (2.0 * shape[1]))))
        : default;

    /// <summary>The mean of x² over tokens and channels.</summary>
    public static double MeanOfDiagonal(ITensorStatistics statistics)
    {
        var sum = 0.0;
        for (var channel = 0; channel < statistics.Channels; channel++)
            sum += statistics.Gram(channel, 1)[channel];
        return sum / statistics.Channels;
    }

    /// <summary>Σ shareₖ Wₖ of all models.</summary>
    public static Matrix Mean(TensorInputs inputs, double[] shares) =>
        inputs.Algebra.Sum([.. shares.Select((share, model) => (share, inputs.Weights(model)))]);
}
