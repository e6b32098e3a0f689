using System.Collections.Immutable;
using Evo.Merging.Recipes;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Merging.Tests.Recipes;

/// <summary>Any recipe of the grammar, written and read again, is the same recipe.</summary>
public sealed class RecipeRoundTripTests
{
    private static readonly string[] ModelNames = ["a", "owner/name", "b@v1", "c+lora", "../d e", "12", "ünïcödé", "x@main+y@v2", "true"];
    private static readonly string[] Tokens = ["<|im_start|>", "\u0120the", "7", "- a", "\t", "no", "#", "\"", "\\n", "{", "\u2028", "\U0001F600"];

    [Fact]
    public void Every_recipe_reads_back_as_written() => Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
    {
        var recipe = Make(new Random(seed));
        var text = RecipeWriter.ToYaml(recipe);
        var read = RecipeReader.Read(text, "text");
        RequireSame(recipe, read);
        Assert.Equal(recipe.Stages.Length, read.Stages.Length);
        foreach (var (written, stage) in recipe.Stages.Zip(read.Stages))
            RequireSame(written, stage);
        Assert.Equal(text, RecipeWriter.ToYaml(read));
    }).QuickCheckThrowOnFailure();

    private static void RequireSame(MergeRecipe expected, MergeRecipe actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal((expected.MergeMethod, expected.BaseModel), (actual.MergeMethod, actual.BaseModel));
        Assert.Equal(expected.Models.AsEnumerable(), actual.Models);
        Assert.Equal(expected.Slices.AsEnumerable(), actual.Slices);
        Assert.Equal(expected.Modules.AsEnumerable(), actual.Modules);
        Assert.Equal(expected.Parameters, actual.Parameters);
        Assert.Equal((expected.Dtype, expected.OutDtype, expected.TokenizerSource), (actual.Dtype, actual.OutDtype, actual.TokenizerSource));
        Assert.Equal(expected.Tokenizer, actual.Tokenizer);
        Assert.Equal(expected.ChatTemplate, actual.ChatTemplate);
    }

    private static MergeRecipe Make(Random random)
    {
        var stages = ImmutableArray.CreateBuilder<MergeRecipe>();
        for (var stage = random.Next(3); stage > 0; stage--)
            stages.Add(One(random, stages.Count > 0 ? stages[^1].Name : null) with { Name = $"stage {stages.Count}" });
        return One(random, stages.Count > 0 ? stages[^1].Name : null) with { Stages = stages.ToImmutable(), Name = random.Next(2) == 0 ? null : "result" };
    }

    /// <param name="needed">A model that the recipe must name.</param>
    private static MergeRecipe One(Random random, string? needed)
    {
        var recipe = new MergeRecipe
        {
            MergeMethod = Of(random, "linear", "ties", "slerp", "passthrough"),
            BaseModel = needed ?? (random.Next(2) == 0 ? null : Of(random, ModelNames)),
            Parameters = Parameters(random),
            Dtype = Of(random, null, "float32", "bfloat16"),
            OutDtype = Of(random, null, "float16"),
            ChatTemplate = Of(random, null, "auto", "chatml", "{% if x %}\n  {{ y }}: 'z' \"\\n\"\n{% endif %}\n"),
        };
        recipe = random.Next(3) switch
        {
            0 => recipe with { Models = Models(random) },
            1 => recipe with { Slices = Slices(random) },
            _ => recipe with
            {
                Modules =
                [
                    new RecipeModule("text_decoder", Models(random), [], Parameters(random)),
                    new RecipeModule("model.visual", [], Slices(random), Parameters(random)),
                ],
            },
        };
        return random.Next(3) switch
        {
            0 => recipe,
            1 => recipe with { TokenizerSource = Of(random, "base", "union", "owner/other") },
            _ => recipe with { Tokenizer = Tokenizer(random, recipe.ReferencedModels) },
        };
    }

    private static TokenizerRecipe Tokenizer(Random random, ImmutableArray<string> models) => new(
        Of(random, "base", "union", "owner/other"),
        [
            .. random.GetItems(Tokens, random.Next(4)).Distinct().Select(token =>
            {
                TokenOrigin? origin = random.Next(5) switch
                {
                    0 => null,
                    1 => new TokenOrigin.Zero(),
                    2 => new TokenOrigin.OfToken(Of(random, [.. models]), Of(random, Tokens), null),
                    3 => new TokenOrigin.OfToken(Of(random, [.. models]), null, random.Next(200_000)),
                    _ => new TokenOrigin.OfModel(Of(random, [.. models])),
                };
                return new TokenRule(token, origin, origin is not null && random.Next(2) == 0);
            }),
        ],
        random.Next(2) == 0 ? null : random.Next(1, 257));

    private static ImmutableArray<RecipeModel> Models(Random random) =>
        [.. random.GetItems(ModelNames, random.Next(1, 4)).Distinct().Select(name => new RecipeModel(name, Parameters(random)))];

    private static ImmutableArray<RecipeSlice> Slices(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        {
            var layers = random.Next(1, 40);
            var sources = random.GetItems(ModelNames, random.Next(1, 3)).Distinct().Select(name =>
            {
                var first = random.Next(40);
                return new SliceSource(name, first, first + layers, Parameters(random));
            });
            return new RecipeSlice([.. sources], Of(random, null, Of(random, ModelNames)), Parameters(random));
        }),
    ];

    private static RecipeParameters Parameters(Random random) =>
        new([.. random.GetItems(["weight", "density", "t", "lambda", "normalize"], random.Next(3)).Distinct().Select(name => KeyValuePair.Create(name, Setting(random)))]);

    private static ParameterSetting Setting(Random random) => random.Next(4) switch
    {
        0 => new ScalarSetting(random.Next(2), IsBoolean: true),
        1 => new ConditionalSetting([new("self_attn", Gradient(random)), new("*", new ScalarSetting(Number(random))), new(null, new ScalarSetting(1))]),
        2 => Gradient(random),
        _ => new ScalarSetting(Number(random)),
    };

    private static GradientSetting Gradient(Random random) => new([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Number(random))]);

    private static double Number(Random random) => random.Next(3) == 0 ? random.Next(-3, 4) : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-12, 12));

    private static T Of<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
