namespace Evo.Merging.Engines.Cpu;

/// <summary>An element of a row whose draw does not tell by itself whether it stays (<see cref="RankedMask"/>), and that draw, in [0, 2²⁴).</summary>
internal readonly record struct UndecidedElement(int Element, float Draw);
