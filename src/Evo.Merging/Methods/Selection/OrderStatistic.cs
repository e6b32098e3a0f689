namespace Evo.Merging.Methods.Selection;

/// <summary>A number of a stream, how many are smaller, and how many are equal to it (itself included).</summary>
internal readonly record struct OrderStatistic(float Value, long Below, long Equal);
