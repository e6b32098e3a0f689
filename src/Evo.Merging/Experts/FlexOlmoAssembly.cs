using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>
/// FlexOlmo (arXiv:2507.07024): contributors trained mixtures of two experts, the public model's own, frozen, and theirs. Their union has the public expert
/// first and then each contributor's second, with the routers' rows beside each other and everything else as it was, which is compared bit for bit. A
/// contributor is held back by a bias bₑ ≤ 0 on its router logit where the architecture has one, and left out by −∞.
/// </summary>
internal static class FlexOlmoAssembly
{
    private const string Public = ".experts.0.";
    private const string Own = ".experts.1.";

    public static bool IsAskedFor(ExpertsRecipe recipe) =>
        recipe.Architecture is { } name && name.Replace("_", "", StringComparison.Ordinal).Equals("flexolmo", StringComparison.OrdinalIgnoreCase);

    public static MergePlan Create(ExpertsRecipe recipe, ParentModels parents)
    {
        if (!recipe.SharedExperts.IsEmpty || recipe.SharedParts is not null)
            throw recipe.Refuse("FlexOlmo shares everything but experts and routers bit for bit: leave 'shared_experts' and 'shared_parts' out");
        foreach (var expert in recipe.Experts)
            if (!expert.PositivePrompts.IsEmpty || !expert.NegativePrompts.IsEmpty || expert.NoiseScale is not null || expert.ResidualScale is not null)
                throw recipe.Refuse("FlexOlmo's experts are taken as they were trained: only 'source_model' and 'router_bias' can be given", expert.Place);
        var kept = recipe.Experts.Where(expert => expert.RouterBias is not double.NegativeInfinity).ToImmutableArray();
        if (kept.IsEmpty)
            throw recipe.Refuse("every contributor is left out by 'router_bias: -.inf': the result is the public model itself");
        var union = new Union(recipe, parents.Index(recipe.BaseModel), kept, [.. kept.Select(expert => parents.Index(expert.SourceModel))]);
        union.Plan();
        var donor = union.Contributors[0];
        return MergePlan.OfExperts(recipe, donor, Config(recipe, donor.Folder.Config.Json, kept.Length + 1), union.Parts.Tensors);
    }

    private static JsonObject Config(ExpertsRecipe recipe, JsonObject contributor, int experts)
    {
        var config = (JsonObject)contributor.DeepClone();
        config.Remove("_name_or_path");
        config[config.ContainsKey("num_local_experts") ? "num_local_experts" : "num_experts"] = experts;
        var trained = config["num_experts_per_tok"] is JsonValue value && value.TryGetValue<int>(out var number) ? number : 2;
        config["num_experts_per_tok"] = Math.Min(experts, recipe.ExpertsPerToken ?? trained);
        if (recipe.Dtype is { } type)
            config[config.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = type;
        return config;
    }

    private sealed class Union(ExpertsRecipe recipe, ParentIndex @base, ImmutableArray<Expert> experts, ImmutableArray<ParentIndex> contributors)
    {
        public ImmutableArray<ParentIndex> Contributors => contributors;

        public PlannedParts Parts { get; } = new(recipe);

        public void Plan()
        {
            var first = contributors[0];
            foreach (var tensor in first.Main.Outside.Where(tensor => tensor.Place.Component == Component.Embedding))
                AddCommon(tensor);
            foreach (var layer in first.Main.Layers)
                foreach (var tensor in layer.OrderBy(tensor => tensor.Pattern, StringComparer.Ordinal))
                    if (tensor.Info.Name.Contains(Own, StringComparison.Ordinal))
                        AddOwn(tensor);
                    else if (tensor.Place.Component != Component.Router)
                        AddCommon(tensor);
                    else if (tensor.Info.Name.EndsWith(".bias", StringComparison.Ordinal))
                        AddBias(tensor);
                    else
                        AddRouter(tensor);
            foreach (var tensor in first.Main.Outside.Where(tensor => tensor.Place.Component != Component.Embedding))
                AddCommon(tensor);
            if (Parts.Tensors.All(tensor => tensor.Place.Component != Component.Router))
                throw recipe.Refuse($"'{first.Name}' has no router: contributors are mixtures of two experts, the public one and their own");
            RequireBiases();
        }

        /// <summary>The public model's, which every contributor has unchanged. A dense public model has its one feed-forward part under a shorter name.</summary>
        private void AddCommon(IndexedTensor tensor)
        {
            var name = tensor.Info.Name;
            var dense = name.Replace(Public, ".", StringComparison.Ordinal).Replace(".block_sparse_moe.", ".mlp.", StringComparison.Ordinal);
            var inBase = @base.Folder.Find(name) ?? @base.Folder.Find(dense)
                ?? throw recipe.Refuse($"'{contributors[0].Name}' has '{name}', and the public model '{@base.Name}' does not");
            Parts.Add(name, Agreed(@base.Source(inBase), name, contributors), tensor.Info.Type);
        }

        private void AddOwn(IndexedTensor tensor)
        {
            for (var expert = 0; expert < contributors.Length; expert++)
                Parts.Add(
                    tensor.Info.Name.Replace(Own, $".experts.{expert + 1}.", StringComparison.Ordinal), Same(contributors[expert], tensor.Info.Name, tensor.Info), tensor.Info.Type);
        }

        /// <summary>Row 0 of the public expert, which all have in common, then every contributor's own.</summary>
        private void AddRouter(IndexedTensor tensor)
        {
            RequireTwo(tensor);
            var name = tensor.Info.Name;
            var routers = contributors.Select(contributor => Same(contributor, name, tensor.Info)).ToArray();
            var common = new AgreedTensor(routers[0], [.. routers[1..]]);
            Parts.Add(
                name,
                new StackedRows("routers", new TensorInfo(name, tensor.Info.Type, [contributors.Length + 1, tensor.Info.Shape[1]]), [(common, 0), .. routers.Select(router => (router, 1L))]),
                tensor.Info.Type);
        }

        private void AddBias(IndexedTensor tensor)
        {
            RequireTwo(tensor);
            var values = new float[contributors.Length + 1];
            for (var expert = 0; expert < contributors.Length; expert++)
            {
                var trained = new float[2];
                Same(contributors[expert], tensor.Info.Name, tensor.Info).ReadFloats(0, trained);
                values[expert + 1] = (float)Math.Min(0, experts[expert].RouterBias ?? trained[1]);
            }

            Parts.Add(tensor.Info.Name, new ComputedTensor("routers", new TensorInfo(tensor.Info.Name, tensor.Info.Type, [values.Length]), values), tensor.Info.Type);
        }

        private void RequireBiases()
        {
            var biased = experts.FirstOrDefault(expert => expert.RouterBias is { } bias && bias != 0);
            if (biased is not null && !Parts.Tensors.Any(tensor => tensor.Place.Component == Component.Router && tensor.Output.Name.EndsWith(".bias", StringComparison.Ordinal)))
                throw recipe.Refuse($"the router of '{contributors[0].Name}' has no bias, so 'router_bias' of '{biased.SourceModel}' has no place in the written model; "
                    + "give 0, or -.inf to leave the expert out", biased.Place);
        }

        private void RequireTwo(IndexedTensor tensor)
        {
            if (tensor.Info.Shape[0] != 2)
                throw recipe.Refuse($"'{tensor.Info.Name}' of '{contributors[0].Name}' is {tensor.Info.ShapeText}: contributors are mixtures of two experts");
        }

        private AgreedTensor Agreed(TensorSource first, string name, IEnumerable<ParentIndex> others) =>
            new(first, [.. others.Select(other => Same(other, name, first.Tensor))]);

        private TensorSource Same(ParentIndex parent, string name, TensorInfo expected)
        {
            if (parent.Folder.Find(name) is not { } tensor)
                throw recipe.Refuse($"'{contributors[0].Name}' has '{name}', and '{parent.Name}' does not");
            return tensor.Shape.SequenceEqual(expected.Shape)
                ? parent.Source(tensor)
                : throw recipe.Refuse($"'{name}' is {expected.ShapeText} and {tensor.ShapeText} in '{parent.Name}'; contributors start from one public model");
        }
    }
}
