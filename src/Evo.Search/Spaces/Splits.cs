namespace Evo.Search.Spaces;

/// <summary>
/// Fractions of every task's items: what the search sees, and held-out items on which the members of the front are scored again.
/// <c>0 &lt; Search</c>, <c>0 ≤ Report</c>, <c>Search + Report ≤ 1</c>.
/// </summary>
public sealed record Splits(double Search, double Report);
