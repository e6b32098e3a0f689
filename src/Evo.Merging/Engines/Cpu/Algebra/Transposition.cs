namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Transposes in squares that fit the processor's cache.</summary>
internal static class Transposition
{
    private const int Side = 32;

    public static double[] Of(double[] source, int rows, int columns)
    {
        var target = GC.AllocateUninitializedArray<double>(source.Length);
        for (var top = 0; top < rows; top += Side)
            for (var left = 0; left < columns; left += Side)
                for (var row = top; row < Math.Min(rows, top + Side); row++)
                    for (var column = left; column < Math.Min(columns, left + Side); column++)
                        target[(column * rows) + row] = source[(row * columns) + column];
        return target;
    }
}
