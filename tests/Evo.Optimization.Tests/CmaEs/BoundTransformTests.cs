using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

public class BoundTransformTests
{
    private const double Margin = BoundTransform.Margin;

    [Fact]
    public void Reaches_each_bound_one_margin_outside_it()
    {
        Assert.Equal(0, BoundTransform.ToUnit(-Margin));
        Assert.Equal(1, BoundTransform.ToUnit(1 + Margin));
    }

    [Fact]
    public void Is_the_identity_away_from_the_bounds()
    {
        foreach (var y in new[] { Margin, 0.1, 0.5, 0.9, 1 - Margin })
            Assert.Equal(y, BoundTransform.ToUnit(y));
    }

    [Fact]
    public void Is_smooth_where_the_pieces_meet()
    {
        const double Step = 1e-6;
        foreach (var joint in new[] { -Margin, Margin, 1 - Margin, 1 + Margin })
        {
            var left = (BoundTransform.ToUnit(joint) - BoundTransform.ToUnit(joint - Step)) / Step;
            var right = (BoundTransform.ToUnit(joint + Step) - BoundTransform.ToUnit(joint)) / Step;
            Assert.InRange(right - left, -1e-4, 1e-4);
        }
    }

    [Fact]
    public void Never_leaves_the_interval_and_repeats_mirrored_beyond_the_margins()
    {
        const double Period = 2 * (1 + (2 * Margin));
        for (var y = -7.0; y < 8; y += 0.0137)
        {
            var value = BoundTransform.ToUnit(y);
            Assert.InRange(value, 0, 1);
            Assert.Equal(value, BoundTransform.ToUnit(y + Period), 1e-12);
            Assert.Equal(value, BoundTransform.ToUnit((2 * (1 + Margin)) - y), 1e-12);
        }
    }

    [Fact]
    public void Has_an_inverse_on_the_whole_interval()
    {
        for (var unit = 0.0; unit <= 1; unit += 1.0 / 512)
            Assert.Equal(unit, BoundTransform.ToUnit(BoundTransform.FromUnit(unit)), 1e-15);
        Assert.Equal(-Margin, BoundTransform.FromUnit(0));
        Assert.Equal(1 + Margin, BoundTransform.FromUnit(1));
    }
}
