namespace Evo.Search.Spaces;

/// <summary>Who scores the candidates.</summary>
/// <param name="Kind"><c>onnx</c>: in this process.</param>
/// <param name="Device"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</param>
/// <param name="Workers">Sessions that score at the same time; 0 takes one per core. Never changes a result.</param>
/// <param name="BatchTokens">Most tokens in one forward pass; null takes the evaluator's default. Never changes a result.</param>
/// <param name="Slots">Most sequences generated at the same time by one worker; null takes the evaluator's default. Never changes a result.</param>
public sealed record EvaluatorSettings(string Kind, string Device, int Workers, int? BatchTokens = null, int? Slots = null);
