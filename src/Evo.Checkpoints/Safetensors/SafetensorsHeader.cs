using System.Collections.Immutable;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>One tensor of a safetensors file and where its bytes begin, counted from the start of the data.</summary>
internal readonly record struct StoredTensor(TensorInfo Info, long Begin);

/// <summary>
/// A checked header. The file is: 8 bytes little-endian length of the header, the header (JSON, padded with spaces), the data.
/// </summary>
/// <param name="Tensors">By offset; together they cover the data without gap or overlap.</param>
/// <param name="Metadata">The header's <c>__metadata__</c>.</param>
internal sealed record SafetensorsHeader(ImmutableArray<StoredTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Bytes of the length field before the header.</summary>
    public const int LengthFieldBytes = 8;

    /// <summary>The format's own cap on a header's length.</summary>
    public const int LargestHeader = 100_000_000;

    /// <summary>The header's key that names no tensor.</summary>
    public const string MetadataKey = "__metadata__";
}
