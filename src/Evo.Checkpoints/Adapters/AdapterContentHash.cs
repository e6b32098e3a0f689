using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>An adapter's identity: SHA-256 over fixed-length digests of what it changes, in ordinal order of names.</summary>
internal static class AdapterContentHash
{
    private const int PieceBytes = 1 << 24;

    public static string Of(AdapterFolder adapter)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        whole.AppendData("evo.adapter/1"u8);
        foreach (var update in adapter.Updates)
        {
            var kind = $"{(update.IsEmbedding ? "embedding" : "linear")} {adapter.Config.IsFanInFanOut} {adapter.Config.TiesEmbeddings}";
            Entry(whole, string.Create(CultureInfo.InvariantCulture, $"{kind} {update.Scale:R} {update.Module}"));
            foreach (var tensor in (TensorInfo?[])[update.A, update.B, update.Magnitude, update.Bias])
                whole.AppendData(tensor is null ? new byte[SHA256.HashSizeInBytes] : OfTensor(adapter, tensor));
        }

        foreach (var saved in adapter.Saved)
        {
            Entry(whole, $"saved {saved.Name}");
            whole.AppendData(OfTensor(adapter, saved.Stored));
        }

        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    private static void Entry(IncrementalHash hash, string text) => hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] OfTensor(AdapterFolder adapter, TensorInfo tensor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Entry(hash, $"{tensor.Type} {tensor.ShapeText}");
        for (long offset = 0; offset < tensor.ByteLength; offset += PieceBytes)
            hash.AppendData(adapter.Bytes(tensor, offset, (int)Math.Min(PieceBytes, tensor.ByteLength - offset)));
        return hash.GetHashAndReset();
    }
}
