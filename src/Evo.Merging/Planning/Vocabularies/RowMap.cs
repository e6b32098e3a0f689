using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>The rows of a remapped embedding, each from a row of one of several tensors, a mean of some, or a constant.</summary>
/// <param name="Rows">One for each row of the result.</param>
/// <param name="Means">The rows that each mean is of.</param>
internal sealed record RowMap(ImmutableArray<RowOrigin> Rows, ImmutableArray<ImmutableArray<RowOrigin>> Means)
{
    /// <summary>True when the first rows of one tensor are taken as they are.</summary>
    public bool IsBeginningOf(int source) => !Rows.Where((origin, row) => origin != new RowOrigin(source, row)).Any();

    /// <summary>SHA-256, in hex, of the map and of the content of the tensors that it takes rows from.</summary>
    public string ContentId(IEnumerable<TensorSource> sources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var source in sources)
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(source.ContentId)));
        hash.AppendData(MemoryMarshal.AsBytes(Rows.AsSpan()));
        foreach (var mean in Means)
            hash.AppendData(SHA256.HashData(MemoryMarshal.AsBytes(mean.AsSpan())));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
