namespace Evo.Search.Spaces;

/// <summary>When to end: the first limit that is reached ends the run cleanly. All are positive; null is no limit; at least one is given.</summary>
/// <param name="Hours">Wall-clock hours, summed over a run and its resumptions.</param>
/// <param name="Usd">Money that evaluators report as spent, in US dollars.</param>
/// <param name="Tokens">Tokens read and written by the models.</param>
public sealed record Budget(int? Generations, long? Evaluations, double? Hours, double? Usd, long? Tokens);
