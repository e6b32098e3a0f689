using System.Security.Cryptography;
using System.Text;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>A tensor's identity for what need not be told apart with certainty: SHA-256 over type, shape and 64 pages spread evenly over its bytes.</summary>
internal static class TensorSample
{
    private const int Pages = 64;
    private const int PageBytes = 4096;

    public static string Of(ModelFolder model, TensorInfo tensor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{tensor.Type}|{tensor.ShapeText}|"));
        if (tensor.ByteLength <= Pages * PageBytes)
            hash.AppendData(model.Bytes(tensor.Name));
        else
            for (var page = 0; page < Pages; page++)
                hash.AppendData(model.Bytes(tensor.Name, (tensor.ByteLength - PageBytes) * page / (Pages - 1), PageBytes));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
