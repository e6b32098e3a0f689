using System.Text;
using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Recipes;

/// <summary>Documents made to exhaust the stack, the memory or the patience of a reader.</summary>
public sealed class HostileYamlTests
{
    [Fact]
    public void Deep_nesting_is_refused() => Refuses("merge_method: " + new string('[', 100_000), "nested deeper");

    [Fact]
    public void Deep_mappings_are_refused() => Refuses(string.Concat(Enumerable.Repeat("{a: ", 50_000)), "nested deeper");

    [Fact]
    public void A_tree_of_aliases_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 30; level++)
            bomb.Append($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 9))}]\n");
        Refuses(bomb.ToString(), "unknown key 'a0'");
    }

    [Fact]
    public void A_tree_of_aliases_as_a_weight_is_refused()
    {
        var bomb = new StringBuilder("merge_method: linear\nmodels: [{model: a, parameters: {weight: [");
        for (var level = 0; level < 25; level++)
            bomb.Append($"{(level > 0 ? ", " : "")}&a{level} [{(level == 0 ? "1" : $"*a{level - 1}, *a{level - 1}")}]");
        Refuses(bomb.Append("]}}]\n").ToString(), "must be a mapping");
    }

    [Fact]
    public void A_tree_of_aliases_as_a_key_is_refused()
    {
        var bomb = new StringBuilder();
        for (var level = 0; level < 30; level++)
            bomb.Append($"a{level}: &a{level} [{(level == 0 ? "1" : $"*a{level - 1}, *a{level - 1}")}]\n");
        Refuses(bomb.Append("? *a29\n: 1\n").ToString(), "a key must be a plain word");
    }

    [Fact]
    public void A_node_that_holds_itself_is_refused() => Refuses("merge_method: linear\nmodels: &m [*m]\n", "must be a mapping", "not valid YAML");

    [Fact]
    public void Too_many_aliases_are_refused() =>
        Refuses($"x: &x 1\ny: [{string.Join(", ", Enumerable.Repeat("*x", 2000))}]", "more than 1000 aliases");

    [Fact]
    public void A_huge_document_is_refused() => Refuses(new string(' ', 5 << 20), "larger than 4 MB");

    [Fact]
    public void Many_values_are_refused() => Refuses($"[{string.Concat(Enumerable.Repeat("1,", 300_000))}]", "more than 200000 values");

    [Theory]
    [InlineData("merge_method: linear\nmodels: [{model: a, t,tor: {}}]")]
    [InlineData("merge_method: linear\nmodels: [a\"b\"\n")]
    [InlineData("merge_method: [linear, \n'models'\n")]
    [InlineData("{t,tor: {")]
    [InlineData("merge_method: linear\nmodels: ['x'#d\nz: 1")]
    [InlineData("%YAML \n---\na")]
    [InlineData("%TAG ! \n---\na")]
    public void Texts_that_the_parser_trips_over_are_refused(string yaml) => Refuses(yaml, "not valid YAML", "unknown key");

    private static void Refuses(string yaml, params string[] reasons)
    {
        var message = Assert.Throws<RecipeException>(() => RecipeReader.Read(yaml, "hostile.yaml")).Message;
        Assert.True(reasons.Any(reason => message.Contains(reason, StringComparison.Ordinal)), message);
    }
}
