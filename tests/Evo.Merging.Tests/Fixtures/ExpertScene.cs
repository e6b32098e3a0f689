using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Experts;
using Evo.Merging.Planning;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>Small dense models with gate, up and down matrices, and mixtures put together from them.</summary>
internal sealed class ExpertScene : IDisposable
{
    public const int Hidden = 4;
    public const int Inner = 6;
    public const int Layers = 2;
    public const int Vocabulary = 5;

    private readonly List<IDisposable> _open = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("evo-experts-").FullName;

    public ExpertScene Dense(string name, int seed, string type = "llama", bool biases = false, int inner = Inner, ElementType stored = ElementType.F32, int ffnSeed = -1)
    {
        var model = new TinyModel().Set("model_type", type).Set("hidden_size", Hidden).Set("intermediate_size", inner).Set("num_hidden_layers", Layers)
            .Set("num_attention_heads", 2).Set("vocab_size", Vocabulary).Set("tie_word_embeddings", false)
            .With(Names.Embedding, [Vocabulary, Hidden], Values(seed, 1, Vocabulary * Hidden), stored)
            .With(Names.Head, [Vocabulary, Hidden], Values(seed, 2, Vocabulary * Hidden), stored)
            .With(Names.FinalNorm, [Hidden], Values(seed, 3, Hidden), stored);
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            model.With(prefix + "input_layernorm.weight", [Hidden], Values(seed, 10 + layer, Hidden), stored)
                .With(prefix + "self_attn.q_proj.weight", [Hidden, Hidden], Values(seed, 20 + layer, Hidden * Hidden), stored)
                .With(prefix + "self_attn.v_proj.weight", [2, Hidden], Values(seed, 30 + layer, 2 * Hidden), stored);
            if (biases)
                model.With(prefix + "self_attn.q_proj.bias", [Hidden], Values(seed, 40 + layer, Hidden), stored);
            foreach (var (part, number) in (ReadOnlySpan<(string, int)>)[("gate", 50), ("up", 60), ("down", 70)])
                model.With($"{prefix}mlp.{part}_proj.weight", part == "down" ? [Hidden, inner] : [inner, Hidden], Values(ffnSeed < 0 ? seed : ffnSeed, number + layer, Hidden * inner), stored);
        }

        model.Write(Path.Combine(Folder, name));
        return this;
    }

    /// <summary>A contributor: the public model with a second expert, a router and, on demand, its biases.</summary>
    public ExpertScene Contributor(string name, int publicSeed, int ownSeed, int routerSeed, float? bias = null, Action<TinyModel>? change = null)
    {
        var model = new TinyModel().Set("model_type", "flex_olmo").Set("architectures", new JsonArray("FlexOlmoForCausalLM")).Set("hidden_size", Hidden)
            .Set("intermediate_size", Inner).Set("num_hidden_layers", Layers).Set("num_attention_heads", 2).Set("vocab_size", Vocabulary)
            .Set("tie_word_embeddings", false).Set("num_experts", 2).Set("num_experts_per_tok", 2).Set("norm_topk_prob", false);
        change?.Invoke(model);
        model.With(Names.Embedding, [Vocabulary, Hidden], Values(publicSeed, 1, Vocabulary * Hidden))
            .With(Names.Head, [Vocabulary, Hidden], Values(publicSeed, 2, Vocabulary * Hidden)).With(Names.FinalNorm, [Hidden], Values(publicSeed, 3, Hidden));
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            model.With(prefix + "input_layernorm.weight", [Hidden], Values(publicSeed, 10 + layer, Hidden))
                .With(prefix + "self_attn.q_proj.weight", [Hidden, Hidden], Values(publicSeed, 20 + layer, Hidden * Hidden))
                .With(prefix + "self_attn.v_proj.weight", [2, Hidden], Values(publicSeed, 30 + layer, 2 * Hidden));
            for (var expert = 0; expert < 2; expert++)
                foreach (var (part, number) in (ReadOnlySpan<(string, int)>)[("gate", 50), ("up", 60), ("down", 70)])
                    model.With(string.Create(CultureInfo.InvariantCulture, $"{prefix}mlp.experts.{expert}.{part}_proj.weight"), part == "down" ? [Hidden, Inner] : [Inner, Hidden],
                        Values(expert == 0 ? publicSeed : ownSeed, number + layer, Hidden * Inner));
            model.With(prefix + "mlp.gate.weight", [2, Hidden], [.. Values(publicSeed, 80 + layer, Hidden), .. Values(routerSeed, 90 + layer, Hidden)]);
            if (bias is { } value)
                model.With(prefix + "mlp.gate.bias", [2], [0, value]);
        }

        model.Write(Path.Combine(Folder, name));
        return this;
    }

    public static float[] Values(int seed, int tensor, int count)
    {
        var random = new Random((seed * 1000) + tensor);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    public MergePlan Plan(string yaml, IPromptStates? prompts = null)
    {
        var recipe = ExpertsRecipeReader.TryRead(yaml, "moe.yaml")!;
        var parents = ParentModels.Open(recipe.ReferencedModels, Folder);
        _open.Add(parents);
        return ExpertsPlan.Create(recipe, parents, prompts);
    }

    public Dictionary<string, float[]> Merge(string yaml, IPromptStates? prompts = null, int workers = 1)
    {
        var plan = Plan(yaml, prompts);
        using var engine = new CpuMergeEngine(workers);
        using var weights = new CpuWeights(plan.Layout);
        engine.Merge(plan, weights);
        return plan.Layout.Slots.ToDictionary(slot => slot.Name, slot => weights[slot].ToArray());
    }

    public void Dispose()
    {
        foreach (var parents in _open)
            parents.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
