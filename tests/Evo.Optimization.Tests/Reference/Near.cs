namespace Evo.Optimization.Tests.Reference;

/// <summary>Agreement of two numbers or rows to a relative tolerance.</summary>
internal static class Near
{
    public static void Equal(double expected, double actual, double tolerance, string? what = null)
    {
        if (expected.Equals(actual))
            return;
        var error = Math.Abs(expected - actual) / Math.Max(1e-6, Math.Abs(expected));
        Assert.True(error <= tolerance, $"{what ?? "value"}: expected {expected:R}, got {actual:R}, relative error {error:E1}");
    }

    public static void Equal(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance, string? what = null)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
            Equal(expected[i], actual[i], tolerance, $"{what ?? "row"}[{i}]");
    }
}
