namespace Evo.Merging.Methods;

/// <summary>What a method asks of an engine before it can run (methods-weight-space.md, kernel contract).</summary>
/// <param name="NeedsBase">A <c>base_model</c> is required.</param>
/// <param name="MinimumModels">Fewest input models, the base not counted.</param>
/// <param name="MaximumModels">Most input models, the base not counted.</param>
/// <param name="NeedsGlobalPass">Statistics of whole models are needed before the first tensor is merged, whatever the parameters.</param>
/// <param name="IsHomogeneous">Scaling all task vectors by c scales the merged task vector by c.</param>
public sealed record MethodNeeds(
    bool NeedsBase,
    int MinimumModels,
    int MaximumModels,
    bool NeedsGlobalPass,
    bool IsHomogeneous)
{
    /// <summary>Task vectors are taken from a <c>base_model</c> when the recipe names one, though none is required.</summary>
    public bool TakesBase { get; init; }

    /// <summary>A <c>base_model</c> is one more input model, listed or not.</summary>
    public bool CountsBase { get; init; }

    /// <summary>Numbers of float32 size that are alive for every element of a run, beside its inputs, its result and one more.</summary>
    public int ScratchOfRun { get; init; }

    /// <summary>Tensors that every model has and the base does not are merged too, without a base; else they are refused.</summary>
    public bool TakesNewModules { get; init; }
}
