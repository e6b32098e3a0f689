using System.Collections.Immutable;
using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Competition;

/// <summary>Least and largest value of τᵢ ⊙ τⱼ for every pair of models, i ≤ j, over the scope: what their min-max normalisation needs.</summary>
internal sealed class ProductRanges
{
    private readonly int _models;
    private readonly float[] _low;
    private readonly float[] _high;

    private ProductRanges(int models, float[] low, float[] high) => (_models, _low, _high) = (models, low, high);

    /// <summary>A text that is equal only for equal ranges.</summary>
    public string Identity => string.Join(' ', _low.Concat(_high).Select(BitConverter.SingleToInt32Bits));

    public float High(int model, int other) => _high[Pair(model, other)];

    /// <summary>1 / (high − low); 0 where all products are equal, whose normalised values are then 0 too.</summary>
    public float InverseWidth(int model, int other) =>
        _high[Pair(model, other)] - _low[Pair(model, other)] is var width && width > 0 ? 1 / width : 0;

    /// <exception cref="NonFiniteMergeException">A product is NaN or infinite; its tensor is named.</exception>
    public static ProductRanges Of(ImmutableArray<TensorInputs> tensors)
    {
        var models = tensors[0].ModelCount;
        var (low, high) = Empty(models);
        foreach (var tensor in tensors)
        {
            var ofTensor = tensor.Remember("pcb: ranges of products", () => Scan(tensor));
            Widen(low, high, ofTensor[..low.Length], ofTensor[low.Length..]);
            if (!low.Concat(high).All(float.IsFinite))
                throw new NonFiniteMergeException(tensor.Name);
        }

        return new ProductRanges(models, low, high);
    }

    public static int PairCount(int models) => models * (models + 1) / 2;

    /// <summary>The place of a pair among all, whichever of the two comes first.</summary>
    public int Pair(int model, int other) => model <= other
        ? (model * _models) - (model * (model - 1) / 2) + other - model
        : Pair(other, model);

    private static float[] Scan(TensorInputs tensor)
    {
        var (low, high) = Empty(tensor.ModelCount);
        tensor.Scan(Granularity.Elements, run =>
        {
            var (runLow, runHigh) = Empty(tensor.ModelCount);
            for (var model = 0; model < tensor.ModelCount; model++)
                run.TaskVector(model);
            var (pair, product) = (0, run.Scratch(0));
            for (var model = 0; model < tensor.ModelCount; model++)
                for (var other = model; other < tensor.ModelCount; other++, pair++)
                {
                    product.CopyFrom(run.Model(model));
                    product.Multiply(run.Model(other));
                    (runLow[pair], runHigh[pair]) = (TensorPrimitives.Min(product.OnHost()), TensorPrimitives.Max(product.OnHost()));
                }

            lock (low)
                Widen(low, high, runLow, runHigh);
        });
        return [.. low, .. high];
    }

    private static (float[] Low, float[] High) Empty(int models) => (
        [.. Enumerable.Repeat(float.PositiveInfinity, PairCount(models))], [.. Enumerable.Repeat(float.NegativeInfinity, PairCount(models))]);

    private static void Widen(float[] low, float[] high, float[] otherLow, float[] otherHigh)
    {
        TensorPrimitives.Min(low, otherLow, low);
        TensorPrimitives.Max(high, otherHigh, high);
    }
}
