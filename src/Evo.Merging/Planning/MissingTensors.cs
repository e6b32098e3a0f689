using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>What is done when a tensor is not in every source.</summary>
internal static class MissingTensors
{
    private static readonly string[] Buffers = ["rotary_emb.inv_freq", ".attn.masked_bias", ".attn.bias", ".attention.bias", ".position_ids"];

    /// <summary>Constants that some exporters store and others compute: the donor decides whether the result has them.</summary>
    public static bool IsBuffer(string name) => Array.Exists(Buffers, suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>A tied model's head is its embedding; an untied result takes it from there.</summary>
    public static IndexedTensor? StandIn(ParentIndex parent, IndexedTensor wanted) =>
        wanted.IsHead && parent.Folder.Config.TieWordEmbeddings ? parent.Embedding : null;

    /// <summary>
    /// The donor's own head, which an untied result must have even when all sources of its last layers are tied models.
    /// </summary>
    public static IndexedTensor? HeadOf(ParentIndex donor, OutputModule module) =>
        module.Donor != donor.Main || donor.Folder.Config.TieWordEmbeddings ? null : donor.Main.Outside.FirstOrDefault(tensor => tensor.IsHead);

    /// <summary>
    /// Lets go by what a model can do without (biases, norms of queries and keys, whole towers and what lies outside the known parts): the tensor is then
    /// merged from the models that have it, as mergekit does.
    /// </summary>
    /// <exception cref="RecipeException">Models need the tensor, or the result's configuration, which is the donor's, has no place for it.</exception>
    public static void RequireOptional(
        MergeRecipe recipe, OutputSlice slice, IndexedTensor wanted, ParentIndex has, (OutputSource Source, IndexedTensor? Tensor)[] all, ParentIndex donor, PlanNotes notes)
    {
        var lacks = all.First(pair => pair.Tensor is null).Source.Parent;
        var what = $"'{has.Name}' has the tensor '{wanted.Info.Name}' {wanted.Info.ShapeText}, '{lacks.Name}' does not";
        if (!IsOptional(wanted))
            throw recipe.Refuse(slice.Place, $"{what}: the models do not have the same parts; merge models fine-tuned from one base");
        if (Array.Exists(all, pair => pair.Source.Parent == donor && pair.Tensor is null))
            throw recipe.Refuse(slice.Place, $"{(lacks == donor ? what : $"'{donor.Name}' has no tensor '{wanted.Info.Name}'")}, and '{donor.Name}' gives the result its "
                + $"configuration, which has no place for it; make '{has.Name}' the base_model, or merge models fine-tuned from one base");
        notes.Add($"'{lacks.Name}' has no {(wanted.Layer is null ? $"'{wanted.Info.Name}'" : $"'{wanted.Place.Part}' tensors as '{wanted.Pattern}'")}: merged from the models that have it");
    }

    /// <summary>
    /// Integers are carried over as they are where they are masks or positions. A matrix of integers is a quantised weight: to take one model's would leave the others
    /// out without a word.
    /// </summary>
    /// <exception cref="RecipeException">A source stores a weight as integers.</exception>
    public static void RefuseQuantised(MergeRecipe recipe, OutputSlice slice, string name, (OutputSource Source, IndexedTensor? Tensor)[] all)
    {
        if (IsBuffer(name))
            return;
        foreach (var (source, tensor) in all)
            if (tensor is not null && IsQuantisedWeight(tensor))
                throw recipe.Refuse(slice.Place, $"'{tensor.Info.Name}' of '{source.Parent.Name}' is stored as {tensor.Info.Type}: quantised weights cannot be merged; "
                    + "take the model as it was before quantisation, or dequantise it first");
    }

    private static bool IsQuantisedWeight(IndexedTensor tensor) =>
        !tensor.Info.Type.IsFloatingPoint() && tensor.Info.Shape.Length >= 2
        && tensor.Place.Component is (Component.Attention or Component.Mlp or Component.Embedding or Component.Head or Component.Router);

    private static bool IsOptional(IndexedTensor tensor) =>
        tensor.Info.Name.EndsWith(".bias", StringComparison.Ordinal) || tensor.Place.Component == Component.Other
        || tensor.Place is { Component: Component.Norm, Part: "q_norm" or "k_norm" };
}
