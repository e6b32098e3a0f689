namespace Evo.Search.Spaces.Genomes;

/// <summary>Tensors that share a gene.</summary>
/// <param name="Name">As in the gene's name: <c>attention</c>, <c>gate+up</c>, <c>rest</c>.</param>
/// <param name="HasLayers">Some of its tensors lie in layers, so that a depth axis divides it; the embedding and the head have none.</param>
internal sealed record TensorGroup(string Name, bool HasLayers);

/// <summary>One entry of a parameter's filter list.</summary>
/// <param name="Filter">A substring of tensor names; <c>*</c> for what is left.</param>
/// <param name="Group">Index into the groups.</param>
internal sealed record GroupFilter(string Filter, int Group);
