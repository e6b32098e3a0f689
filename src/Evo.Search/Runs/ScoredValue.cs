namespace Evo.Search.Runs;

/// <summary>One objective's value with what it rests on; a measure of the weights has no items and no error.</summary>
/// <param name="StandardError">In the objective's own unit.</param>
public sealed record ScoredValue(double Value, double StandardError, int Items);
