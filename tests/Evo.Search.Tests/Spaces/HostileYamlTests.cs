using System.Text;
using Evo.Merging;
using Evo.Search.Spaces;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Search.Tests.Spaces;

/// <summary>Whatever a file holds, it is read or refused, soon and by the right exception.</summary>
public sealed class HostileYamlTests : IDisposable
{
    private readonly SpaceFolder _folder = new();

    [Fact]
    public void An_alias_bomb_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (var i = 1; i < 35; i++)
            bomb.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n");
        Assert.Contains("nodes once aliases are expanded", _folder.Refusal(bomb.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tower_of_aliases_is_refused()
    {
        var tower = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 100; i++)
            tower.Append($"a{i}: &a{i} [*a{i - 1}]\n");
        Assert.Contains("nested more than 40 deep", _folder.Refusal(tower.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[{")]
    public void Deep_nesting_is_refused(string open) =>
        Assert.Matches("nested more than 40 deep|not valid YAML", _folder.Refusal(string.Concat(Enumerable.Repeat(open, 100_000))));

    [Fact]
    public void An_alias_to_itself_is_refused() =>
        Assert.Contains("names no complete node before it", _folder.Refusal("recipe: &a {models: *a}"), StringComparison.Ordinal);

    [Fact]
    public void Aliases_in_moderation_are_read()
    {
        var yaml = SpaceFolder.Example
            .Replace("weight:  {search: [0.0, 1.5], init: 0.5, per: [component, block(2)]}", "weight: &w {search: [0.0, 1.5], init: 0.5}", StringComparison.Ordinal)
            .Replace("{weight: {search: [0.0, 1.5], init: 0.5}, density: 0.6}", "{weight: *w, density: 0.6}", StringComparison.Ordinal);
        var one = _folder.Read(yaml);
        var other = _folder.Read(yaml, "recipe.models.1.parameters.weight.init=0.75");

        Assert.Equal(2, Count(one.ResolvedYaml, "init: 0.5"));
        Assert.Equal((1, 1), (Count(other.ResolvedYaml, "init: 0.5"), Count(other.ResolvedYaml, "init: 0.75"))); // copies, not one shared node

        static int Count(string text, string part) => text.Split(part + ",").Length - 1;
    }

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("a: 1\na: 2")]
    [InlineData("{[a, b]: c}")]
    [InlineData("{? {a: b} : c}")]
    [InlineData("recipe: !!binary x")]
    [InlineData("%YAML 3.0\n---\na")]
    [InlineData("a: *b")]
    [InlineData("\t")]
    public void What_is_no_search_space_is_refused(string yaml) => _folder.Refusal(yaml);

    [Fact]
    public void Mutated_files_are_read_or_refused()
    {
        var mutation =
            from count in Gen.Choose(1, 6)
            from edits in Gen.ArrayOf(
                from place in Gen.Choose(0, SpaceFolder.Example.Length - 1)
                from length in Gen.Choose(0, 12)
                from text in Gen.Elements(
                    "", " ", "\n", "\n  ", ":", ": ", "{", "}", "[", "]", ",", "- ", "null", "~", "-1", "1e999", ".nan", "true", "search", "choose", "per", "init", "&a ", "*a ",
                    "<<: ", "!!int ", "'", "\"", "|\n", "? ", "#", "%", "\0", "é", "{search: [0, 1]}", "{choose: [a, b]}", "layer", "knots(2)", "[[attention]]", "models", "slices",
                    "layer_range: [0, 1]", "sources", "model", "filter", "value", "parameters: {weight: 1}")
                select (place, length, text), count)
            select edits.Aggregate(SpaceFolder.Example, (yaml, edit) =>
            {
                var place = Math.Min(edit.place, yaml.Length);
                return string.Concat(yaml.AsSpan(0, place), edit.text, yaml.AsSpan(Math.Min(place + edit.length, yaml.Length)));
            });

        Prop.ForAll(Arb.From(mutation), yaml =>
        {
            try
            {
                var space = _folder.Read(yaml);
                Assert.Equal(space.ContentHash, _folder.Read(space.ResolvedYaml).ContentHash);
            }
            catch (Exception error) when (error is SearchSpaceException or RecipeException)
            {
                Assert.NotEmpty(error.Message);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    public void Dispose() => _folder.Dispose();
}
