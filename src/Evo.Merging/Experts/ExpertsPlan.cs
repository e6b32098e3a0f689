using System.Text.Json.Nodes;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>
/// Plans a mixture of experts from dense models (mergekit-moe): attention, norms, embeddings and head of the base, or of a merge; the feed-forward parts of
/// every expert; routers. The plan is carried out like any other, to a folder or into memory.
/// </summary>
public static class ExpertsPlan
{
    private static readonly string[] Parts = ["gate", "up", "down"];

    /// <param name="parents">The models of <see cref="ExpertsRecipe.ReferencedModels"/>, opened.</param>
    /// <param name="prompts">What the base model makes of prompts; may be null where the gate mode needs none.</param>
    /// <exception cref="RecipeException">Models that do not fit together or into an architecture; the message names model, tensor and remedy.</exception>
    public static MergePlan Create(ExpertsRecipe recipe, ParentModels parents, IPromptStates? prompts = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(parents);
        if (FlexOlmoAssembly.IsAskedFor(recipe))
            return FlexOlmoAssembly.Create(recipe, parents);
        var @base = parents.Index(recipe.BaseModel);
        var sources = recipe.Experts.Concat(recipe.SharedExperts).Select(expert => parents.Index(expert.SourceModel)).Prepend(@base).ToArray();
        var layout = ExpertLayouts.For(recipe, [.. sources.Select(source => source.Folder.Config.ModelType).Distinct(StringComparer.Ordinal)]);
        foreach (var source in sources)
            if (source.Main.LayerCount != @base.Main.LayerCount)
                throw recipe.Refuse($"'{@base.Name}' has {@base.Main.LayerCount} layers and '{source.Name}' {source.Main.LayerCount}; experts must be of one size");
        var embedding = @base.Embedding ?? throw recipe.Refuse($"'{@base.Name}' has no token embedding");
        var assembly = new Assembly(recipe, parents, layout, @base, new RouterRows(recipe, @base.Source(embedding.Info), @base.Main.LayerCount, prompts));
        assembly.Plan();
        var config = (JsonObject)@base.Folder.Config.Json.DeepClone();
        config.Remove("_name_or_path");
        if (recipe.Dtype is { } type)
            config[config.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = type;
        TypeDefaults.Fill(config, @base.Folder.Config.ModelType);
        layout.Configure(config, recipe);
        return MergePlan.OfExperts(recipe, @base, config, assembly.Parts.Tensors);
    }

    private sealed class Assembly(ExpertsRecipe recipe, ParentModels parents, ExpertLayout layout, ParentIndex @base, RouterRows rows)
    {
        private readonly Dictionary<string, PlannedTensor>? _shared = recipe.SharedParts is { } shared
            ? MergePlan.Create(shared with { Dtype = recipe.Dtype ?? shared.Dtype, OutDtype = null }, parents).Tensors.ToDictionary(tensor => tensor.Output.Name, StringComparer.Ordinal)
            : null;

        public PlannedParts Parts { get; } = new(recipe);

        public void Plan()
        {
            foreach (var tensor in @base.Main.Outside.Where(tensor => tensor.Place.Component == Component.Embedding))
                AddShared(tensor);
            var routers = rows.Of(recipe.Experts, "experts");
            var sharedGates = layout.SharedGateName is null ? [] : rows.Of(recipe.SharedExperts, "shared experts");
            for (var layer = 0; layer < @base.Main.LayerCount; layer++)
            {
                foreach (var tensor in @base.Main.Layers[layer].Where(tensor => !IsFeedForward(tensor)).OrderBy(tensor => tensor.Pattern, StringComparer.Ordinal))
                    AddShared(tensor);
                AddBiases(layer);
                AddExperts(layer);
                var type = @base.Main.Layers[layer].First(IsFeedForward).Info.Type;
                AddRows(layout.Router(layer), routers[layer], recipe.Experts.Length, type);
                if (layout.SharedGateName is not null)
                    AddRows(layout.SharedGate(layer), sharedGates[layer], 1, type);
            }

            foreach (var tensor in @base.Main.Outside.Where(tensor => tensor.Place.Component != Component.Embedding))
                AddShared(tensor);
        }

        private static bool IsFeedForward(IndexedTensor tensor) => tensor.Info.Name.Contains(".mlp.", StringComparison.Ordinal);

        private void AddShared(IndexedTensor tensor)
        {
            if (!tensor.Info.Type.IsFloatingPoint() || tensor.Info.Name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal))
                return; // constants that every implementation computes
            if (tensor.Place.Component == Component.Attention && tensor.Info.Name.EndsWith(".bias", StringComparison.Ordinal) && !layout.Biases.Contains(tensor.Place.Part))
                throw recipe.Refuse($"'{@base.Name}' has '{tensor.Info.Name}', and {layout.Name} has no such bias");
            if (_shared is null)
                Parts.Add(tensor.Info.Name, @base.Source(tensor.Info), tensor.Info.Type);
            else if (_shared.TryGetValue(tensor.Info.Name, out var merged) && merged.Output.Shape.SequenceEqual(tensor.Info.Shape))
                Parts.Add(merged);
            else
                throw recipe.Refuse($"the result of 'shared_parts' has no '{tensor.Info.Name}' {tensor.Info.ShapeText} as '{@base.Name}' has");
        }

        /// <summary>Biases that the layout needs and the models do not have.</summary>
        private void AddBiases(int layer)
        {
            if (!layout.NeedsBiases)
                return;
            foreach (var weight in @base.Main.Layers[layer].Where(tensor => tensor.Place.Component == Component.Attention && layout.Biases.Contains(tensor.Place.Part)))
                if (weight.Info.Name.EndsWith(".weight", StringComparison.Ordinal) && weight.Info.Name[..^".weight".Length] + ".bias" is var name
                    && @base.Folder.Find(name) is null)
                    Parts.Add(name, new ComputedTensor("zeros", new TensorInfo(name, weight.Info.Type, [weight.Info.Shape[0]]), new float[weight.Info.Shape[0]]), weight.Info.Type);
        }

        private void AddExperts(int layer)
        {
            foreach (var part in ExpertsPlan.Parts)
            {
                for (var number = 0; number < recipe.Experts.Length; number++)
                    AddExpert(recipe.Experts[number], number, layer, part, layout.Expert(layer, number, part));
                for (var number = 0; number < recipe.SharedExperts.Length; number++)
                    AddExpert(recipe.SharedExperts[number], recipe.Experts.Length + number, layer, part, layout.Shared(layer, part));
            }
        }

        private void AddExpert(Expert expert, int number, int layer, string part, string name)
        {
            var parent = parents.Index(expert.SourceModel);
            var expected = FeedForward(@base, layer, part);
            var tensor = FeedForward(parent, layer, part);
            if (!tensor.Info.Shape.SequenceEqual(expected.Info.Shape))
                throw recipe.Refuse($"'{tensor.Info.Name}' is {expected.Info.ShapeText} in '{@base.Name}' and {tensor.Info.ShapeText} in '{parent.Name}'; "
                    + "experts must be of one size", expert.Place);
            var source = parent.Source(tensor.Info);
            if (expert.NoiseScale is { } noise && noise != 0)
                source = new NoisyTensor(source, noise, MaskKey.Of(recipe.Seed, "noise", $"{number} {name}"));
            Parts.Add(name, source, tensor.Info.Type, part == "down" ? expert.ResidualScale ?? 1 : 1);
        }

        /// <summary>A layer's gate, up or down matrix; nothing else may be in a feed-forward part.</summary>
        private IndexedTensor FeedForward(ParentIndex parent, int layer, string part)
        {
            var own = parent.Main.Layers[layer].Where(IsFeedForward).ToArray();
            if (Array.Find(own, tensor => !ExpertsPlan.Parts.Contains(tensor.Place.Part) || !tensor.Info.Name.EndsWith(".weight", StringComparison.Ordinal)) is { } other)
                throw recipe.Refuse($"'{parent.Name}' has '{other.Info.Name}', and {layout.Name} has no place for it: experts are gate, up and down matrices");
            return Array.Find(own, tensor => tensor.Place.Part == part)
                ?? throw recipe.Refuse($"'{parent.Name}' has no {part} matrix in the feed-forward part of layer {layer}");
        }

        private void AddRows(string name, float[] values, int count, ElementType type) =>
            Parts.Add(name, new ComputedTensor("router", new TensorInfo(name, type, [count, values.Length / count]), values), type);
    }
}
