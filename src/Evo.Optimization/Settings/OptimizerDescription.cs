using System.Collections.Immutable;

namespace Evo.Optimization.Settings;

/// <summary>What a user may know of an algorithm: the name in search-space files, one sentence, and its settings.</summary>
/// <param name="ManyObjectives">False for algorithms that optimise exactly one objective.</param>
public sealed record OptimizerDescription(
    string Name, string Description, bool ManyObjectives, ImmutableArray<OptimizerSetting> Settings);
