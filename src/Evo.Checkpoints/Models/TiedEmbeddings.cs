using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// The rule for heads that are the embedding. A tied model has one copy: the embedding. A head stored besides it is left out when it
/// repeats the embedding byte for byte, as Transformers ignores it; when it differs the folder contradicts its configuration and is
/// refused. An untied model keeps both as two tensors. Whether a tensor that a model needs is missing is for those to say who build the
/// model.
/// </summary>
internal static class TiedEmbeddings
{
    private const int PieceBytes = 1 << 24;

    /// <summary>
    /// Model types whose configuration class says false when the file says nothing; Transformers' general default is true.
    /// </summary>
    private static readonly HashSet<string> UntiedByDefault = new(StringComparer.Ordinal)
    {
        "llama", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "phi", "phi3", "phimoe", "gpt_neox", "gptj", "codegen",
        "stablelm", "olmo", "olmo2", "olmoe", "granite", "internlm2", "deepseek_v2", "deepseek_v3", "baichuan", "persimmon",
    };

    public static bool DefaultOf(string modelType) => !UntiedByDefault.Contains(modelType);

    /// <summary>The stored head that a tied model does not need; null when there is none.</summary>
    /// <exception cref="CheckpointException">The head differs from the embedding.</exception>
    public static string? RedundantHead(ModelConfig config, WeightFiles weights)
    {
        if (!config.TieWordEmbeddings)
            return null;

        var head = Find(weights, Component.Head, "lm_head");
        var embedding = Find(weights, Component.Embedding, "embed_tokens");
        if (head is null || embedding is null)
            return null;

        if (head.Type != embedding.Type || !head.Shape.SequenceEqual(embedding.Shape) || !SameBytes(weights, head, embedding))
        {
            throw new CheckpointException(config.Path,
                $"'tie_word_embeddings' is true{(config.Has("tie_word_embeddings") ? "" : $" (the default of model type '{config.ModelType}')")}, "
                + $"but {Quoted.Name(head.Name)} differs from {Quoted.Name(embedding.Name)}; "
                + "set it to false to keep both, or remove the head from the checkpoint");
        }

        return head.Name;
    }

    private static TensorInfo? Find(WeightFiles weights, Component component, string part) =>
        weights.Tensors.FirstOrDefault(tensor =>
            tensor.Name.EndsWith(".weight", StringComparison.Ordinal)
            && TensorPlaces.Of(tensor.Name) is { Layer: null } place && place.Component == component && place.Part == part);

    private static bool SameBytes(WeightFiles weights, TensorInfo left, TensorInfo right)
    {
        for (long offset = 0; offset < left.ByteLength; offset += PieceBytes)
        {
            var count = (int)Math.Min(PieceBytes, left.ByteLength - offset);
            if (!weights.Bytes(left.Name, offset, count).SequenceEqual(weights.Bytes(right.Name, offset, count)))
                return false;
        }

        return true;
    }
}
