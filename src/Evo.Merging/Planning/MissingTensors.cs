using Evo.Checkpoints.Architectures;

namespace Evo.Merging.Planning;

/// <summary>What is done when a tensor is not in every source.</summary>
internal static class MissingTensors
{
    private static readonly string[] Buffers = ["rotary_emb.inv_freq", ".attn.masked_bias", ".attn.bias", ".attention.bias", ".position_ids"];

    /// <summary>Constants that some exporters store and others compute: the donor decides whether the result has them.</summary>
    public static bool IsBuffer(string name) => Array.Exists(Buffers, suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>A tied model's head is its embedding; an untied result takes it from there.</summary>
    public static IndexedTensor? StandIn(ParentIndex parent, IndexedTensor wanted) =>
        IsHead(wanted) && parent.Folder.Config.TieWordEmbeddings ? parent.Embedding : null;

    /// <summary>A result whose configuration ties the head to the embedding has no place for a head of its own.</summary>
    public static void RefuseHeadOfTied(string source, ParentIndex donor, IndexedTensor tensor, ParentIndex owner)
    {
        if (IsHead(tensor) && donor.Folder.Config.TieWordEmbeddings)
            throw new RecipeException($"{source}: '{owner.Name}' has a head of its own ('{tensor.Info.Name}'), while '{donor.Name}' ties its head to the "
                + "embedding and gives the result its configuration; merge models that are both tied or both untied");
    }

    public static RecipeException Refusal(string source, IndexedTensor wanted, ParentIndex has, ParentIndex lacks) => new(
        $"{source}: '{has.Name}' has the tensor '{wanted.Info.Name}' {wanted.Info.ShapeText}, '{lacks.Name}' does not: the models do not have the same parts; "
        + "merge models fine-tuned from one base");

    /// <summary>
    /// The donor's own head, which an untied result must have even when all sources of its last layers are tied models.
    /// </summary>
    public static IndexedTensor? HeadOf(ParentIndex donor) => donor.Folder.Config.TieWordEmbeddings ? null : donor.Outside.FirstOrDefault(IsHead);

    private static bool IsHead(IndexedTensor tensor) =>
        tensor.Place.Component == Component.Head && tensor.Info.Name.EndsWith(".weight", StringComparison.Ordinal);
}
