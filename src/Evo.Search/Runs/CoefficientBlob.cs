using System.Collections.Immutable;
using System.IO.Compression;

namespace Evo.Search.Runs;

/// <summary>A candidate's coefficients as the store keeps them: JSON, compressed, since most rows repeat their neighbours.</summary>
internal static class CoefficientBlob
{
    public static byte[] Pack(ImmutableArray<Coefficient> coefficients)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            RunJson.Write(coefficients, brotli);
        return packed.ToArray();
    }

    public static ImmutableArray<Coefficient> Unpack(byte[]? blob)
    {
        if (blob is null)
            return [];
        using var brotli = new BrotliStream(new MemoryStream(blob), CompressionMode.Decompress);
        return RunJson.Read<ImmutableArray<Coefficient>>(brotli);
    }
}
