namespace Evo.Merging.Tests.Fixtures;

internal static class Near
{
    /// <summary>Equal to the digits given in the fixtures (5 decimals) or nearer.</summary>
    public static void Equal(IReadOnlyList<double> expected, IReadOnlyList<float> actual, double tolerance = 6e-6)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance))
                Assert.Fail($"element {i} of {expected.Count}: expected {expected[i]}, got {actual[i]}; "
                    + $"expected [{string.Join(", ", expected.Take(20))}], got [{string.Join(", ", actual.Take(20))}]");
    }
}
