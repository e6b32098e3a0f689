using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>The tokenizer section: which tokens the result has, which row each takes from which model, and what the written tokenizer says.</summary>
public sealed class VocabularyTests : IDisposable
{
    private static readonly string[] Plain = ["<unk>", "<s>", "</s>", "x", "y"];

    // base: 5 tokens. chat: 2 more. padded: its tokenizer has tokens that its embedding has no rows for. shuffled: the tokens in another order, and one more.
    private readonly MergeScene _scene = new(
        ("base", TinyTokenizer.Model(0, TinyTokenizer.Of(Plain), 5).Set("eos_token_id", 2)),
        ("chat", TinyTokenizer.Model(100, TinyTokenizer.Of(Plain, "<|im_start|>", "<|im_end|>"), 7).Set("eos_token_id", 6)),
        ("padded", TinyTokenizer.Model(200, TinyTokenizer.Of(Plain, "<UNUSED_0>", "<UNUSED_1>"), 5)),
        ("shuffled", TinyTokenizer.Model(300, TinyTokenizer.Of(["y", "x", "new", "</s>", "<s>", "<unk>"]), 8)),
        ("untied", TinyTokenizer.Model(400, TinyTokenizer.Of(Plain, "<|im_end|>"), 6, tied: false)));

    [Fact]
    public void The_union_has_every_token_that_some_model_has_a_row_for()
    {
        var merged = Embedding("base_model: base, models: [{model: base}, {model: padded}, {model: chat}], tokenizer_source: union", out var plan);
        Assert.Equal(7, (int)plan.OutputConfig["vocab_size"]!);
        Assert.Equal([100, 101, 102, 103, 104, 105, 106], merged); // mean of 0, 200, 100; the last two are the only model's that has them
        Assert.Equal([.. Plain, "<|im_start|>", "<|im_end|>"], TokensOf(plan));
    }

    [Fact]
    public void The_bases_vocabulary_drops_the_other_models_tokens()
    {
        var merged = Embedding("base_model: base, models: [{model: base}, {model: chat}], tokenizer_source: base", out var plan);
        Assert.Equal([50, 51, 52, 53, 54], merged);
        Assert.Equal(5, (int)plan.OutputConfig["vocab_size"]!);
        Assert.Equal(Plain, TokensOf(plan));
    }

    [Fact]
    public void Tokens_of_the_base_without_a_row_are_dropped_too()
    {
        Embedding("base_model: padded, models: [{model: padded}, {model: base}], tokenizer_source: base", out var plan);
        Assert.Equal(Plain, TokensOf(plan));
    }

    [Fact]
    public void A_models_vocabulary_gives_the_others_the_rows_they_lack()
    {
        var merged = Embedding("base_model: base, models: [{model: base}, {model: chat}], tokenizer_source: chat", out var plan);
        Assert.Equal([50, 51, 52, 53, 54, 105, 106], merged);
        Assert.Equal(6, (int)plan.OutputConfig["eos_token_id"]!);
    }

    [Fact]
    public void Rows_follow_their_tokens_whatever_their_numbers()
    {
        var merged = Embedding("base_model: base, models: [{model: shuffled}], tokenizer_source: union", out var plan);
        Assert.Equal([305, 304, 303, 301, 300, 302], merged);
        Assert.Equal([.. Plain, "new"], TokensOf(plan));
    }

    [Fact]
    public void A_lacking_model_takes_the_bases_row_else_the_mean()
    {
        // Without a base nobody's row goes first: <|im_end|> of base is the mean of chat's 106 and untied's 405.
        var merged = Embedding("models: [{model: base, parameters: {weight: 1}}, {model: chat, parameters: {weight: 0}}, {model: untied, parameters: {weight: 0}}], tokenizer_source: union", out _);
        Assert.Equal([0, 1, 2, 3, 4, 105, 255.5f], merged);
        var ofBase = Embedding("base_model: chat, models: [{model: base, parameters: {weight: 1}}, {model: untied, parameters: {weight: 0}}], tokenizer_source: union", out _);
        Assert.Equal([0, 1, 2, 3, 4, 105, 106], ofBase);
    }

    [Fact]
    public void Rules_name_rows_and_force_them_on_all()
    {
        var merged = Embedding("""
            base_model: base, models: [{model: base}, {model: chat}],
            tokenizer: {source: base, tokens: {
              x: {source: chat, force: true}, y: {source: chat}, "</s>": {source: {kind: zero}, force: true},
              added: {source: {kind: model_token, model: chat, token_id: 6}}, named: {source: {kind: model_token, model: base, token: y}}, nothing: {source: {kind: zero}}}}
            """, out var plan);
        Assert.Equal([50, 51, 0, 103, 54, 106, 4, 0], merged);
        Assert.Equal([.. Plain, "added", "named", "nothing"], TokensOf(plan));
    }

    [Theory]
    [InlineData("<|im_end|>: {source: base}", "recipe.yaml:1:125: 'base' has no token '<|im_end|>' to take the row from")]
    [InlineData("z: {source: {kind: model_token, model: chat, token: w}}", "'chat' has no token 'w' to take the row of 'z' from")]
    [InlineData("z: {source: {kind: model_token, model: chat, token_id: 7}}", "the row of 'z' is token 7 of 'chat', whose embedding has 7 rows")]
    public void Rules_that_no_row_answers_are_refused(string rule, string message)
    {
        var refusal = Assert.Throws<RecipeException>(() => _scene.Plan(
            $"{{merge_method: linear, models: [{{model: base}}, {{model: chat}}], parameters: {{weight: 1}}, tokenizer: {{source: union, tokens: {{{rule}}}}}}}")).Message;
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Padding_rows_are_the_mean_of_the_others()
    {
        var merged = Embedding("base_model: base, models: [{model: base}, {model: chat}], tokenizer: {source: union, pad_to_multiple_of: 4}", out var plan);
        Assert.Equal(8, merged.Length);
        Assert.Equal(8, (int)plan.OutputConfig["vocab_size"]!);
        var ofBase = (0 + 1 + 2 + 3 + 4 + 105 + 106) / 7f;
        var ofChat = (100 + 101 + 102 + 103 + 104 + 105 + 106) / 7f;
        Assert.Equal((ofBase + ofChat) / 2, merged[7], 1e-4f);
        Assert.Equal(7, TokensOf(plan).Length);
    }

    [Fact]
    public void Heads_follow_embeddings_and_a_tied_models_embedding_stands_in()
    {
        const string recipe = "{merge_method: linear, base_model: untied, models: [{model: untied}, {model: chat}], parameters: {weight: 1}, tokenizer_source: union, dtype: float32}";
        var merged = _scene.Merge(recipe);
        Assert.Equal([750, 751, 752, 753, 754, 755.5f, 105], Column(merged[Names.Head]));
        Assert.Equal([250, 251, 252, 253, 254, 255.5f, 105], Column(merged[Names.Embedding]));
    }

    [Fact]
    public void A_tied_result_has_one_copy()
    {
        var plan = _scene.Plan("{merge_method: linear, models: [{model: base}, {model: chat}], parameters: {weight: 1}, tokenizer_source: union}");
        Assert.Equal([Names.Embedding, Names.Norm(0)], plan.Tensors.Select(tensor => tensor.Output.Name));
    }

    [Fact]
    public void Task_vectors_are_taken_between_rows_of_one_token()
    {
        var merged = Column(_scene.Merge(
            "{merge_method: task_arithmetic, base_model: base, models: [{model: shuffled}], parameters: {weight: 0.5}, tokenizer_source: union}")[Names.Embedding]);
        Assert.Equal([152.5f, 152.5f, 152.5f, 152, 152, 302], merged);
    }

    [Fact]
    public void Written_models_hold_together()
    {
        var folder = Path.Combine(_scene.Folder, "out");
        File.WriteAllText(Path.Combine(_scene.Folder, "base", "tokenizer_config.json"), """{"tokenizer_class": "Tiny", "eos_token": "</s>", "added_tokens_decoder": {}}""");
        File.WriteAllText(Path.Combine(_scene.Folder, "base", "special_tokens_map.json"), """{"eos_token": {"content": "</s>"}}""");
        File.WriteAllText(Path.Combine(_scene.Folder, "base", "vocab.json"), "{}");
        File.WriteAllText(Path.Combine(_scene.Folder, "base", "generation_config.json"), """{"eos_token_id": [2, 4], "max_length": 7}""");
        using var parents = Evo.Merging.Planning.ParentModels.Open(["base", "shuffled", "chat"], _scene.Folder);
        var recipe = Evo.Merging.Recipes.RecipeReader.Read(
            "{merge_method: linear, base_model: base, models: [{model: base}, {model: shuffled}, {model: chat}], parameters: {weight: 1}, tokenizer: {source: union, pad_to_multiple_of: 3}}", "r");
        FolderMerge.Write(Evo.Merging.Planning.MergePlan.Create(recipe, parents), folder);
        using var written = ModelFolder.Open(folder);
        Assert.Equal(9, written.Config.VocabSize);
        Assert.Equal(9, written.Find(Names.Embedding)!.Shape[0]);
        var tokens = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json")))!;
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer_config.json")))!;
        string[] added = ["new", "<|im_start|>", "<|im_end|>"];
        Assert.Equal(added, tokens["added_tokens"]!.AsArray().Select(token => (string)token!["content"]!));
        Assert.Equal([5, 6, 7], tokens["added_tokens"]!.AsArray().Select(token => (int)token!["id"]!));
        Assert.Equal([false, true, true], tokens["added_tokens"]!.AsArray().Select(token => (bool)token!["special"]!));
        Assert.Equal(added, new[] { "5", "6", "7" }.Select(id => (string)settings["added_tokens_decoder"]![id]!["content"]!));
        Assert.Equal("</s>", (string)settings["eos_token"]!);
        Assert.False(File.Exists(Path.Combine(folder, "vocab.json"))); // a slow vocabulary would contradict the new tokens
        Assert.Equal([2, 4], JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "generation_config.json")))!["eos_token_id"]!.AsArray().Select(id => (int)id!));
    }

    [Fact]
    public void An_unchanged_tokenizer_is_copied_with_its_slow_files()
    {
        var folder = Path.Combine(_scene.Folder, "same");
        File.WriteAllText(Path.Combine(_scene.Folder, "base", "vocab.json"), "{}");
        using var parents = Evo.Merging.Planning.ParentModels.Open(["base", "chat"], _scene.Folder);
        var recipe = Evo.Merging.Recipes.RecipeReader.Read(
            "{merge_method: linear, models: [{model: base}, {model: chat}], parameters: {weight: 1}, tokenizer_source: base}", "r");
        FolderMerge.Write(Evo.Merging.Planning.MergePlan.Create(recipe, parents), folder);
        Assert.Equal(File.ReadAllText(Path.Combine(_scene.Folder, "base", "tokenizer.json")), File.ReadAllText(Path.Combine(folder, "tokenizer.json")));
        Assert.True(File.Exists(Path.Combine(folder, "vocab.json")));
    }

    [Fact]
    public void The_plans_identity_knows_the_vocabulary()
    {
        const string recipe = "{merge_method: linear, base_model: base, models: [{model: base}, {model: chat}], parameters: {weight: 1}, tokenizer_source: ";
        Assert.Equal(_scene.Plan(recipe + "union}").ContentId, _scene.Plan(recipe + "union}").ContentId);
        Assert.NotEqual(_scene.Plan(recipe + "union}").ContentId, _scene.Plan(recipe + "base}").ContentId);
        Assert.NotEqual(
            _scene.Plan(recipe.Replace("tokenizer_source: ", "tokenizer: {source: union, tokens: {x: {source: base, force: true}}}}", StringComparison.Ordinal)).ContentId,
            _scene.Plan(recipe + "union}").ContentId);
    }

    [Fact]
    public void Pieces_of_a_remapped_embedding_are_those_of_the_whole()
    {
        var plan = _scene.Plan("{merge_method: linear, models: [{model: base}, {model: shuffled}, {model: chat}], parameters: {weight: 1}, tokenizer: {source: union, pad_to_multiple_of: 16}}");
        foreach (var source in plan.Tensors[0].Models)
        {
            var whole = new float[source.Tensor.ElementCount];
            source.ReadFloats(0, whole);
            for (var first = 0; first < whole.Length; first++)
                for (var length = 1; length <= whole.Length - first; length++)
                {
                    var piece = new float[length];
                    source.ReadFloats(first, piece);
                    Assert.Equal(whole[first..(first + length)], piece);
                }
        }
    }

    [Fact]
    public void Without_a_tokenizer_section_rows_that_only_some_have_are_cropped()
    {
        var merged = Embedding("base_model: base, models: [{model: base}, {model: chat}]", out var plan);
        Assert.Equal([50, 51, 52, 53, 54], merged);
        Assert.Equal(5, (int)plan.OutputConfig["vocab_size"]!);
        Assert.Contains("the result has the first 5 rows", Assert.Single(plan.Notes), StringComparison.Ordinal);
        var refusal = Assert.Throws<RecipeException>(() => _scene.Plan("{merge_method: linear, models: [{model: chat}, {model: base}], parameters: {weight: 1}}")).Message;
        Assert.Contains("the token '<|im_start|>' (5) of 'chat' would lose its row; add 'tokenizer_source: base'", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_section_needs_tokenizers()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0)), ("b", LayeredModel.Of(1, 0)));
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan("{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1}, tokenizer_source: base}")).Message;
        Assert.Contains("'a' has no tokenizer.json", refusal, StringComparison.Ordinal);
    }

    public void Dispose() => _scene.Dispose();

    /// <summary>The first column of the embedding of an equal-weight linear merge.</summary>
    private float[] Embedding(string recipe, out Evo.Merging.Planning.MergePlan plan)
    {
        var text = $"{{merge_method: linear, {recipe}, dtype: float32{(recipe.Contains("weight", StringComparison.Ordinal) ? "" : ", parameters: {weight: [{filter: embed, value: 1}, {value: 1}]}")}}}";
        if (recipe.Contains("models: [{model: shuffled}]", StringComparison.Ordinal))
            text = text.Replace("{model: shuffled}", "{model: shuffled, parameters: {weight: 1}}", StringComparison.Ordinal).Replace(", parameters: {weight: [{filter: embed, value: 1}, {value: 1}]}", "", StringComparison.Ordinal);
        plan = _scene.Plan(text);
        return Column(_scene.Merge(text)[Names.Embedding]);
    }

    private static float[] Column(float[] rows)
    {
        Assert.Equal(rows.Where((_, i) => i % 2 == 0).Select(value => -value), rows.Where((_, i) => i % 2 == 1)); // both columns move together
        return [.. rows.Where((_, i) => i % 2 == 0)];
    }

    private static string[] TokensOf(Evo.Merging.Planning.MergePlan plan)
    {
        var file = plan.Companions.First(companion => companion.Name == "tokenizer.json");
        using var json = JsonDocument.Parse(file.Text ?? File.ReadAllText(file.Path!));
        return
        [
            .. json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().Select(token => (token.Name, Id: token.Value.GetInt32()))
                .Concat(json.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => (Name: token.GetProperty("content").GetString()!, Id: token.GetProperty("id").GetInt32())))
                .OrderBy(token => token.Id).Select(token => token.Name),
        ];
    }
}
