namespace Evo.Search.Tests.Spaces;

public sealed class OverridesTests : IDisposable
{
    private readonly SpaceFolder _folder = new();

    [Fact]
    public void A_value_is_replaced_and_a_known_key_is_added()
    {
        var space = _folder.Read(
            SpaceFolder.Example, "search.seed=3", "search.budget.hours=1.5", "objectives.1.metric=f1", "search.settings.mutation_eta=30", "recipe.out_dtype=bfloat16");

        Assert.Equal(3UL, space.Search.Seed);
        Assert.Equal((20, 1.5), (space.Search.Budget.Generations, space.Search.Budget.Hours));
        Assert.Equal("f1", space.Objectives[1].Metric);
        Assert.Equal("""{"mutation_eta":30}""", space.Search.Settings.ToJsonString());
        Assert.Contains("out_dtype: bfloat16", space.ResolvedYaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_one_wins() => Assert.Equal(4UL, _folder.Read(SpaceFolder.Example, "search.seed=3", "search.seed=4").Search.Seed);

    [Fact]
    public void A_number_may_become_a_range() =>
        Assert.Contains(
            "density: {search: [0.1, 0.9], per: global, log: false, integer: false}",
            _folder.Read(SpaceFolder.Example, "recipe.models.1.parameters.density={search: [0.1, 0.9]}").ResolvedYaml,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("search.sed=3", "19:3: 'search' has no key 'sed'; did you mean 'seed'? (set by --set search.sed=3)")]
    [InlineData("serch.seed=3", "1:1: a search space has no key 'serch'; did you mean 'search'? (set by --set serch.seed=3)")]
    [InlineData("search.seed=minus", "21:9: 'seed' must be a whole number from 0 to 18446744073709551615, not 'minus' (set by --set search.seed=minus)")]
    [InlineData("objectives.3.metric=f1", "--set objectives.3.metric=f1: '3' is no entry of this list; it has 3, counted from 0")]
    [InlineData("objectives.first.metric=f1", "'first' is no entry of this list")]
    [InlineData("search.seed.x=1", "--set search.seed.x=1: the path ends here, at the value '7'; 'x' leads nowhere")]
    [InlineData("search.seed", "--set search.seed: write path=value")]
    [InlineData("search..seed=1", "write path=value")]
    [InlineData("search.seed=", "write path=value")]
    [InlineData("=1", "write path=value")]
    [InlineData("search.budget={generations: [", "(--set search.budget={generations: [)", "not valid YAML")]
    public void What_does_not_resolve_is_refused(string argument, params string[] parts)
    {
        var message = _folder.Refusal(SpaceFolder.Example, argument);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
