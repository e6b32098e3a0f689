using System.Collections.Immutable;

namespace Evo.Search.Loop;

/// <summary>What <c>evo run</c>, <c>evo validate</c> and <c>evo plan</c> are told.</summary>
/// <param name="SpacePath">The search-space file.</param>
/// <param name="RunDirectory">Null takes <c>runs/NAME-seedN</c> under the current folder, so that the same command continues the same
/// run.</param>
/// <param name="Overrides"><c>path=value</c> each.</param>
/// <param name="Device">Overrides <c>evaluator.device</c>.</param>
public sealed record SearchRequest(string SpacePath, string? RunDirectory = null, ImmutableArray<string> Overrides = default, string? Device = null);

/// <summary>What <c>evo resume</c> is told.</summary>
/// <param name="MoreGenerations">Added to the stored budget.</param>
/// <param name="MoreEvaluations">Added to the stored budget.</param>
public sealed record ResumeRequest(string RunDirectory, int MoreGenerations = 0, long MoreEvaluations = 0, string? Device = null);
