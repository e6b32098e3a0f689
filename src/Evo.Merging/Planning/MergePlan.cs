using Evo.Checkpoints.Weights;

namespace Evo.Merging.Planning;

/// <summary>A recipe resolved to single tensors of concrete models.</summary>
public sealed class MergePlan
{
    internal MergePlan(WeightLayout layout, string contentId)
    {
        Layout = layout;
        ContentId = contentId;
    }

    public WeightLayout Layout { get; }

    public string ContentId { get; }
}
