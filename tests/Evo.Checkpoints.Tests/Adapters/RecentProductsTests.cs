using Evo.Checkpoints.Adapters;

namespace Evo.Checkpoints.Tests.Adapters;

/// <summary>Which products are kept.</summary>
public sealed class RecentProductsTests
{
    private const int Bytes = 2 * 4 * sizeof(float); // of one product

    private readonly List<string> _computed = [];

    [Fact]
    public void A_product_is_computed_once()
    {
        var recent = new RecentProducts(10 * Bytes);
        Assert.Same(Get(recent, "a"), Get(recent, "a"));
        Assert.Equal(["a"], _computed);
    }

    [Fact]
    public void The_one_that_was_not_asked_for_the_longest_goes_first()
    {
        var recent = new RecentProducts(2 * Bytes);
        foreach (var key in new[] { "a", "b", "a", "c", "a", "b" })
            Get(recent, key);
        Assert.Equal(["a", "b", "c", "b"], _computed);
    }

    [Fact]
    public void What_was_forgotten_is_computed_again()
    {
        var recent = new RecentProducts(10 * Bytes);
        Get(recent, "a");
        Get(recent, "b");
        recent.Forget("a");
        recent.Forget("unknown");
        Get(recent, "a");
        Get(recent, "b");
        Assert.Equal(["a", "b", "a"], _computed);
    }

    private LowRankProduct Get(RecentProducts recent, string key) => recent.Get(key, () =>
    {
        _computed.Add(key);
        return new LowRankProduct(4, 4, 1, new float[4], new float[4], 1);
    });
}
