using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>Whether a merge that is not finite has a parent to blame: looked for only after the failure.</summary>
internal static class NonFiniteInput
{
    private const int PieceLength = 1 << 16;

    /// <summary>A sentence on the first input of the tensor that holds NaN or infinity itself; null when all are finite.</summary>
    public static string? Of(MergePlan plan, string tensor)
    {
        var sources = plan.Tensors.First(planned => planned.Output.Name == tensor).Sources;
        return sources.FirstOrDefault(IsNonFinite) is { } source
            ? $"'{source.Tensor.Name}' of '{source.Model}' itself holds NaN or infinite values"
            : null;
    }

    private static bool IsNonFinite(TensorSource source)
    {
        var values = new float[PieceLength];
        for (long start = 0; start < source.Tensor.ElementCount; start += PieceLength)
        {
            var piece = values.AsSpan(0, (int)Math.Min(PieceLength, source.Tensor.ElementCount - start));
            source.ReadFloats(start, piece);
            foreach (var value in piece)
                if (!float.IsFinite(value))
                    return true;
        }

        return false;
    }
}
