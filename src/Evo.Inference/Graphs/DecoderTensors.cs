using System.Collections.Immutable;
using Evo.Checkpoints;
using Evo.Checkpoints.Weights;

namespace Evo.Inference.Graphs;

/// <summary>The tensors of a decoder by their names in Hugging Face checkpoints, with the shapes that its configuration asks for ([out, in] for projections).</summary>
internal static class DecoderTensors
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    public static string InLayer(int layer, string part) => $"model.layers.{layer}.{part}";

    /// <summary>Every tensor that the graph reads, in the order in which it reads them.</summary>
    public static ImmutableArray<(string Name, ImmutableArray<long> Shape)> Of(DecoderConfig config)
    {
        var tensors = ImmutableArray.CreateBuilder<(string, ImmutableArray<long>)>();
        tensors.Add((Embedding, [config.Vocabulary, config.Hidden]));
        for (var layer = 0; layer < config.Layers; layer++)
            AddLayer(tensors, config, layer);
        tensors.Add((FinalNorm, [config.Hidden]));
        if (!config.Tied)
            tensors.Add((Head, [config.Vocabulary, config.Hidden]));
        return tensors.ToImmutable();
    }

    /// <summary>The tensors of one layer; layers differ in nothing but the number in the names.</summary>
    public static ImmutableArray<(string Name, ImmutableArray<long> Shape)> OfLayer(DecoderConfig config, int layer = 0)
    {
        var tensors = ImmutableArray.CreateBuilder<(string, ImmutableArray<long>)>();
        AddLayer(tensors, config, layer);
        return tensors.ToImmutable();
    }

    /// <summary>Checks that a candidate buffer holds exactly the tensors that the graph reads.</summary>
    /// <exception cref="CheckpointException">One is missing, has another shape, or is there without a place in the graph (a bias that no field announces).</exception>
    public static void Check(DecoderConfig config, WeightLayout layout)
    {
        var read = Of(config);
        foreach (var (name, shape) in read)
        {
            var slot = layout.Find(name) ?? throw new CheckpointException(config.Path, $"asks for the tensor {name} {Text(shape)}, which the weights do not hold.");
            if (!slot.Shape.SequenceEqual(shape))
                throw new CheckpointException(config.Path, $"asks for {name} {Text(shape)}, but the weights hold it as {Text(slot.Shape)}.");
        }

        var names = read.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var unread = layout.Slots.FirstOrDefault(slot => !names.Contains(slot.Name) && !slot.Name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal));
        if (unread is not null)
            throw new CheckpointException(config.Path, $"gives the tensor {unread.Name} {Text(unread.Shape)} no place: left out, it would change the numbers.");
    }

    private static void AddLayer(ImmutableArray<(string, ImmutableArray<long>)>.Builder tensors, DecoderConfig config, int layer)
    {
        var (queries, keys) = (config.Heads * config.HeadSize, config.KeyValueHeads * config.HeadSize);
        void Add(string part, params ImmutableArray<long> shape) => tensors.Add((InLayer(layer, part), shape));
        void Projection(string part, int outputs, int inputs, bool bias)
        {
            Add(part + ".weight", outputs, inputs);
            if (bias)
                Add(part + ".bias", outputs);
        }

        Add("input_layernorm.weight", config.Hidden);
        Projection("self_attn.q_proj", queries, config.Hidden, config.QueryKeyValueBias);
        Projection("self_attn.k_proj", keys, config.Hidden, config.QueryKeyValueBias);
        Projection("self_attn.v_proj", keys, config.Hidden, config.QueryKeyValueBias);
        if (config.QueryKeyNorm)
        {
            Add("self_attn.q_norm.weight", config.HeadSize);
            Add("self_attn.k_norm.weight", config.HeadSize);
        }

        Projection("self_attn.o_proj", config.Hidden, queries, config.OutputBias);
        Add("post_attention_layernorm.weight", config.Hidden);
        Projection("mlp.gate_proj", config.Intermediate, config.Hidden, config.MlpBias);
        Projection("mlp.up_proj", config.Intermediate, config.Hidden, config.MlpBias);
        Projection("mlp.down_proj", config.Hidden, config.Intermediate, config.MlpBias);
    }

    private static string Text(ImmutableArray<long> shape) => $"[{string.Join(", ", shape)}]";
}
