using System.Collections.Immutable;

namespace Evo.Search.Spaces.Genomes;

/// <summary>The consecutive genes of one tensor group: one, or one for each step of depth.</summary>
/// <param name="Group">Index into the tensor groups; 0 where there is no tensor axis.</param>
/// <param name="First">Position of the first gene in the genome.</param>
/// <param name="Depth">Null for a single gene.</param>
internal sealed record GeneBlock(int Group, int First, DepthSteps? Depth);

/// <summary>The genes of one range for one model, or for all models that it reaches.</summary>
/// <param name="Model">The model's label when the range has one value for each model (<c>per: model</c>); null else.</param>
internal sealed record ModelGenes(string? Model, ImmutableArray<GeneBlock> Blocks);
