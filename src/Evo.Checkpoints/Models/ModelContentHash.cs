using System.Security.Cryptography;
using System.Text;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// A model's identity: SHA-256 over fixed-length digests, so that no two different models can spell the same input: a version tag, the
/// configuration, the tokenizer, then every tensor in ordinal order of names. Tensors are hashed in parallel.
/// </summary>
internal static class ModelContentHash
{
    private const int PieceBytes = 1 << 24;

    public static string Of(ModelFolder model)
    {
        var tensors = new byte[model.Tensors.Length][];
        Parallel.For(0, tensors.Length, i => tensors[i] = OfTensor(model, model.Tensors[i]));

        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        whole.AppendData("evo.model/1"u8);
        whole.AppendData(SHA256.HashData(ConfigSemantics.Of(model.Config.Json)));
        whole.AppendData(OfTokenizer(model));
        foreach (var tensor in tensors)
            whole.AppendData(tensor);

        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    private static byte[] OfTensor(ModelFolder model, TensorInfo tensor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The name comes last in the entry: type and shape hold no '|', so the entry reads back in one way only.
        var entry = Encoding.UTF8.GetBytes($"{tensor.Type}|{tensor.ShapeText}|{tensor.Name}");
        hash.AppendData(SHA256.HashData(entry));
        for (long offset = 0; offset < tensor.ByteLength; offset += PieceBytes)
            hash.AppendData(model.Bytes(tensor.Name, offset, (int)Math.Min(PieceBytes, tensor.ByteLength - offset)));

        return hash.GetHashAndReset();
    }

    /// <summary>tokenizer.json alone decides when it is there; else all the tokenizer's files do, by name.</summary>
    private static byte[] OfTokenizer(ModelFolder model)
    {
        var files = model.TokenizerFiles.Where(file => Path.GetFileName(file) == TokenizerFileNames.Tokenizer).ToArray();
        if (files.Length == 0)
            files = [.. model.TokenizerFiles];

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(file))));
            try
            {
                using var stream = File.OpenRead(file);
                hash.AppendData(SHA256.HashData(stream));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException(file, $"cannot be read: {error.Message}", error);
            }
        }

        return hash.GetHashAndReset();
    }
}
