using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Recipes;

/// <summary>The parts of mergekit's grammar beyond models and slices: references, modules, tokenizers, merge keys, several documents.</summary>
public sealed class GrammarTests
{
    [Theory]
    [InlineData("owner/name", "owner/name", null, null, null)]
    [InlineData("owner/name@v1", "owner/name", "v1", null, null)]
    [InlineData("folder+lora", "folder", null, "lora", null)]
    [InlineData("a/b@v1+c/d@main", "a/b", "v1", "c/d", "main")]
    public void References_are_path_and_adapter_with_revisions(string text, string path, string? revision, string? adapter, string? adapterRevision)
    {
        var reference = ModelReference.Parse(text);
        Assert.Equal(new ModelReference(path, revision, adapter, adapterRevision), reference);
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("{model: {path: a, revision: v1}, lora: {path: b}}", "a@v1+b")]
    [InlineData("{model: a, lora: b@v2}", "a+b@v2")]
    [InlineData("{model: {path: a, revision: null}, lora: null, override_architecture: null}", "a")]
    public void The_long_form_of_a_reference_is_the_same_model(string yaml, string name) =>
        Assert.Equal(name, Read($"{{merge_method: linear, models: [{{model: {yaml}}}]}}").Models[0].Model);

    [Fact]
    public void Modules_have_models_or_slices_and_parameters_of_their_own()
    {
        var recipe = Read("""
            merge_method: linear
            base_model: a
            modules:
              text_decoder:
                slices:
                  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
                parameters: {weight: 0.5}
              vision_tower:
                models: [{model: c}]
            """);
        Assert.Equal(["text_decoder", "vision_tower"], recipe.Modules.Select(module => module.Name));
        Assert.Equal(new ScalarSetting(0.5), recipe.Modules[0].Parameters.Find("weight"));
        Assert.Equal("c", Assert.Single(recipe.Modules[1].Models).Model);
        Assert.Equal(["a", "b", "c"], recipe.ReferencedModels.AsEnumerable());
    }

    [Fact]
    public void Tokenizers_have_a_source_rules_and_padding()
    {
        var tokenizer = Read("""
            merge_method: linear
            models: [{model: a}, {model: b}]
            tokenizer:
              source: base
              tokens:
                <|im_start|>: {source: b}
                <|im_end|>: {source: b, force: true}
                new: {source: {kind: model_token, model: a, token: old}}
                "12": {source: {kind: model_token, model: a, token_id: 7}}
                zero: {source: {kind: zero}}
                plain: {}
                bare:
              pad_to_multiple_of: 64
            """).Tokenizer!;
        Assert.Equal(("base", 64), (tokenizer.Source, tokenizer.PadToMultipleOf!.Value));
        Assert.Equal(
            [
                new TokenRule("<|im_start|>", new TokenOrigin.OfModel("b"), false),
                new TokenRule("<|im_end|>", new TokenOrigin.OfModel("b"), true),
                new TokenRule("new", new TokenOrigin.OfToken("a", "old", null), false),
                new TokenRule("12", new TokenOrigin.OfToken("a", null, 7), false),
                new TokenRule("zero", new TokenOrigin.Zero(), false),
                new TokenRule("plain", null, false),
                new TokenRule("bare", null, false),
            ],
            tokenizer.Tokens.AsEnumerable());
    }

    [Fact]
    public void A_tokenizer_without_source_is_the_union() =>
        Assert.Equal("union", Read("{merge_method: linear, models: [{model: a}], tokenizer: {pad_to_multiple_of: null}}").Tokenizer!.Source);

    [Fact]
    public void A_model_that_lends_its_tokenizer_is_not_merged()
    {
        var recipe = Read("{merge_method: linear, models: [{model: a}], tokenizer_source: some/other}");
        Assert.Equal("some/other", recipe.OutputTokenizer!.Model);
        Assert.Equal(["a"], recipe.ReferencedModels.AsEnumerable());
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("chatml")]
    [InlineData("llama3")]
    [InlineData("mistral")]
    [InlineData("alpaca")]
    [InlineData("exaone")]
    [InlineData("{{ messages }}")]
    public void Chat_templates_have_names_or_are_jinja(string template) =>
        Assert.Equal(template, Read($"{{merge_method: linear, models: [{{model: a}}], chat_template: '{template}'}}").ChatTemplate);

    [Fact]
    public void Parameters_of_old_releases_are_accepted() =>
        Assert.NotNull(Read("{merge_method: slerp, base_model: a, models: [{model: b}], parameters: {t: 0.5, embed_slerp: true}}").Parameters.Find("embed_slerp"));

    [Fact]
    public void Residual_weight_is_refused_unless_it_says_nothing() =>
        Assert.Single(Read("{merge_method: linear, slices: [{residual_weight: null, sources: [{model: a, layer_range: [0, 1]}]}]}").Slices);

    [Fact]
    public void Merge_keys_put_shared_entries_in_place_and_own_entries_win()
    {
        var recipe = Read("""
            merge_method: ties
            base_model: base
            models:
              - model: a
                parameters: &shared {weight: 0.5, density: 0.3}
              - model: b
                parameters:
                  <<: *shared
                  weight: 0.25
              - model: c
                parameters:
                  <<: [{weight: 1}, *shared]
            """);
        Assert.Equal([0.5, 0.25, 1], recipe.Models.Select(model => model.Parameters.Evaluate("weight", "x", 0)!.Value));
        Assert.Equal([0.3, 0.3, 0.3], recipe.Models.Select(model => model.Parameters.Evaluate("density", "x", 0)!.Value));
    }

    [Theory]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {<<: 1}}]", "2:38: '<<' takes a mapping")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: &p {<<: *p}}]", "merged mappings, or one that merges itself")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: {<<: {wieght: 1}}}]", "2:39: unknown parameter 'wieght'")]
    public void Merge_keys_are_read_strictly(string yaml, string message) => Refuses(yaml, message);

    [Fact]
    public void A_key_that_only_holds_what_others_refer_to_is_no_unknown_key()
    {
        var recipe = Read("""
            shared: &low {weight: 0.25}
            more: {all: &all {<<: *low, density: 0.5}}
            merge_method: ties
            base_model: base
            models:
              - {model: a, parameters: *low}
              - {model: b, parameters: *all}
            """);
        Assert.Equal([0.25, 0.25], recipe.Models.Select(model => model.Parameters.Evaluate("weight", "x", 0)!.Value));
        Assert.Equal(0.5, recipe.Models[1].Parameters.Evaluate("density", "x", 0));
    }

    [Theory]
    [InlineData("parmeters: &p {weight: 1}\nmerge_method: linear\nmodels: [{model: a}]", "1:1: unknown key 'parmeters'")]
    [InlineData("merge_method: linear\nmodels: [{model: a, parameters: &p {weight: 1}}]\nparmeters: *p", "3:1: unknown key 'parmeters'")]
    [InlineData("residual_weight: &p {weight: 1}\nmerge_method: linear\nmodels: [{model: a, parameters: *p}]", "1:1: 'residual_weight'")]
    public void A_key_that_nothing_refers_to_is_unknown_even_with_an_anchor(string yaml, string message) => Refuses(yaml, message);

    [Fact]
    public void Layer_ranges_may_be_spelled_with_a_point_and_be_empty()
    {
        var slices = Read("{merge_method: passthrough, slices: [{sources: [{model: a, layer_range: [4, 4]}]}, {sources: [{model: b, layer_range: [0.0, '2']}]}]}").Slices;
        Assert.Equal([0, 2], slices.Select(slice => slice.Sources[0].LayerCount));
    }

    [Fact]
    public void A_tree_of_merge_keys_is_refused()
    {
        var bomb = "merge_method: linear\nmodels: [{model: a, parameters: &p0 {weight: 1}}";
        for (var level = 1; level < 40; level++)
            bomb += $", {{model: a{level}, parameters: &p{level} {{<<: [*p{level - 1}, *p{level - 1}]}}}}";
        Refuses(bomb + "]", "more than 1000 merged mappings");
    }

    [Fact]
    public void Several_documents_are_stages_in_the_order_they_need()
    {
        var recipe = Read("""
            merge_method: linear
            models: [{model: second+lora}, {model: x}]
            ---
            name: second
            merge_method: slerp
            base_model: first
            models: [{model: y}]
            parameters: {t: 0.5}
            ---
            name: first
            merge_method: passthrough
            slices: [{sources: [{model: z, layer_range: [0, 1]}]}]
            """);
        Assert.Null(recipe.Name);
        Assert.Equal(["first", "second"], recipe.Stages.Select(stage => stage.Name));
    }

    [Fact]
    public void The_last_of_named_merges_is_the_one_that_no_other_is_built_on()
    {
        var recipe = Read("{name: top, merge_method: linear, models: [{model: low}]}\n---\n{name: low, merge_method: linear, models: [{model: a}]}");
        Assert.Equal("top", recipe.Name);
        Assert.Equal("low", Assert.Single(recipe.Stages).Name);
    }

    [Theory]
    [InlineData("{name: a, merge_method: linear, models: [{model: x}]}\n---\n{name: a, merge_method: linear, models: [{model: x}]}", "3:1: a second merge is called 'a'")]
    [InlineData("{merge_method: linear, models: [{model: x}]}\n---\n{merge_method: linear, models: [{model: x}]}", "3:1: a second merge has no 'name'")]
    [InlineData("{name: a, merge_method: linear, models: [{model: x}]}\n---\n{merge_method: linear, models: [{model: x}]}", "1:1: nothing is built on the merge 'a'")]
    [InlineData("{name: a, merge_method: linear, models: [{model: x}]}\n---\n{name: b, merge_method: linear, models: [{model: x}]}", "3:1: nothing is built on 'a' nor on 'b'")]
    [InlineData("{name: a, merge_method: linear, models: [{model: b}]}\n---\n{name: b, merge_method: linear, models: [{model: a}]}", "1:1: the merge 'a' is built on itself")]
    [InlineData("{merge_method: linear, models: [{model: a}]}\n---\n{name: a, merge_method: linear, models: [{model: b}]}\n---\n{name: b, merge_method: linear, models: [{model: a}]}", "3:1: the merge 'a' is built on itself")]
    [InlineData("{name: a+b, merge_method: linear, models: [{model: x}]}", "1:8: 'a+b' cannot name a merge")]
    public void Stages_must_have_one_result_and_no_cycle(string yaml, string message) => Refuses(yaml, message);

    private static void Refuses(string yaml, string message)
    {
        var refusal = Assert.Throws<RecipeException>(() => Read(yaml)).Message;
        Assert.StartsWith("recipe.yaml:", refusal, StringComparison.Ordinal);
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }

    private static MergeRecipe Read(string yaml) => RecipeReader.Read(yaml, "recipe.yaml");
}
