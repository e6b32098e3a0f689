using System.Text;
using Evo.Merging;
using Evo.Merging.Planning;
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
                    "layer_range: [0, 1]", "sources", "per: model", "per: [model, layer]", "{search: [0.1, 1], per: model}", "model", "filter", "value", "parameters: {weight: 1}")
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
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));
    }

    [Fact]
    public void Spaces_with_strange_values_are_decoded_or_refused()
    {
        foreach (var model in (string[])["base", "arithmetic", "sorting"])
            TinyModel.Write(Path.Combine(_folder.Root, "models", model), layers: 2, tied: true, value: 1);
        var decoded = 0;
        string[] values =
        [
            "1", "-1", "true", "[0, 1]", "{search: [0.1, 1]}", "{search: [0.1, 1], per: model}", "{search: [0.1, 1], per: [model, part, layer]}",
            "{search: [0.1, 1], per: [[q+k, norm], knots(3)]}", "{search: [1, 2], integer: true, log: true}", "{choose: [0, 1]}",
            "{choose: [true, false], per: component}", "[{filter: mlp, value: {search: [0, 1], per: layer}}, {value: 0.5}]", "[{search: [0, 1]}, 1]",
        ];
        string[] parameters =
        [
            "recipe.models.0.parameters.weight", "recipe.models.1.parameters.weight", "recipe.models.1.parameters.density",
            "recipe.parameters.weight", "recipe.parameters.lambda",
        ];
        string[] structures =
        [
            "null", "[]", "{}", "{choose: [ties, linear]}", "{choose: [task_arithmetic, dare_ties, linear]}", "{choose: [slerp, linear]}", "slerp", "linear",
            "models/sorting", "{choose: [float32, bfloat16]}", "{weight: {search: [0, 1], per: [model, block(2)]}, normalize: {choose: [true, false]}}",
            "{model: models/arithmetic}", "[{model: models/base}, {model: models/sorting}]", "{model: {choose: [models/arithmetic, models/sorting]}}",
            "[{sources: [{model: models/base, layer_range: [0, {search: [1, 2]}]}, {model: models/sorting, layer_range: [0, 2]}]}]",
        ];
        string[] places =
        [
            "recipe.merge_method", "recipe.base_model", "recipe.models", "recipe.models.0", "recipe.models.0.model", "recipe.models.1.parameters",
            "recipe.parameters", "recipe.parameters.t", "recipe.dtype", "recipe.slices", "splits", "search.settings", "objectives.0.task",
        ];
        var parameter = from path in Gen.Elements(parameters) from value in Gen.Elements(values) select $"{path}={value}";
        var structure = from path in Gen.Elements(places) from value in Gen.Elements(structures) select $"{path}={value}";
        var anything = from path in Gen.Elements([.. places, .. parameters]) from value in Gen.Elements([.. structures, .. values]) select $"{path}={value}";
        var overrides =
            from count in Gen.Choose(1, 3)
            from list in Gen.ArrayOf(Gen.Frequency((6, parameter), (2, structure), (1, anything)), count)
            select list;

        Prop.ForAll(Arb.From(overrides), arguments =>
        {
            try
            {
                var space = _folder.Read(SpaceFolder.Example, arguments);
                Assert.Equal(space.ContentHash, _folder.Read(space.ResolvedYaml).ContentHash);
                using var parents = ParentModels.Open(space.Models, space.Folder);
                var codec = new GenomeCodec(space, parents);
                foreach (var seed in codec.Seeds())
                    MergePlan.Create(codec.Decode(codec.FromUnit(seed.AsSpan()).AsSpan()), parents);
                decoded++;
            }
            catch (Exception error) when (error is SearchSpaceException or RecipeException)
            {
                Assert.NotEmpty(error.Message);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
        Assert.InRange(decoded, 40, 360);
    }

    public void Dispose() => _folder.Dispose();
}
