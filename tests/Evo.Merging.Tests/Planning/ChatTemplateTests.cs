using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>The chat template of the result: the base's, one by name, the recipe's own, or the most common among the models.</summary>
public sealed class ChatTemplateTests : IDisposable
{
    private readonly MergeScene _scene;

    public ChatTemplateTests()
    {
        _scene = new MergeScene(("a", TinyModel.OfVector(1)), ("b", TinyModel.OfVector(1)), ("c", TinyModel.OfVector(1)), ("d", TinyModel.OfVector(1)));
        Write("a", "tokenizer_config.json", """{"chat_template": "{{ a }}"}""");
        Write("b", "tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "{{ tools }}"}, {"name": "default", "template": "{{ b }} "}]}""");
        Write("c", "tokenizer_config.json", """{"chat_template": "{{ a }}"}""");
        Write("c", "chat_template.jinja", "{{ b }}\n"); // goes before the settings'
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("chatml", "<|im_start|>")]
    [InlineData("llama3", "<|start_header_id|>")]
    [InlineData("mistral", "[INST]")]
    [InlineData("alpaca", "### Instruction:")]
    [InlineData("exaone", "[|assistant|]")]
    [InlineData("{{ own }}", "{{ own }}")]
    [InlineData("auto", "{{ b }}")] // of b and c; a stands alone
    public void Templates(string asked, string? holds)
    {
        var template = Plan(asked, "a", "b", "c").ChatTemplate;
        if (holds is null)
            Assert.Null(template);
        else
            Assert.Contains(holds, template, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_equally_many_the_first_models_is_taken() => Assert.Equal("{{ a }}", Plan("auto", "a", "b").ChatTemplate);

    [Fact]
    public void Where_none_has_one_the_plan_says_so()
    {
        var plan = Plan("auto", "d");
        Assert.Null(plan.ChatTemplate);
        Assert.Contains("none of the models has a chat template", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_replaces_the_bases_in_every_file()
    {
        var files = Plan("chatml", "c").Companions;
        Assert.Equal(["tokenizer_config.json", "chat_template.jinja"], files.Select(file => file.Name));
        Assert.All(files, file => Assert.Contains("im_start", file.Text, StringComparison.Ordinal));
    }

    public void Dispose() => _scene.Dispose();

    private MergePlan Plan(string template, params string[] models)
    {
        using var parents = ParentModels.Open(models, _scene.Folder);
        var recipe = Evo.Merging.Recipes.RecipeReader.Read(
            $"{{merge_method: linear, models: [{string.Join(", ", models.Select(model => $"{{model: {model}}}"))}], parameters: {{weight: 1}}{(template.Length > 0 ? $", chat_template: '{template}'" : "")}}}",
            "recipe.yaml");
        var plan = MergePlan.Create(recipe, parents);
        Assert.NotEmpty(plan.Tensors);
        _ = plan.Companions;
        return plan;
    }

    private void Write(string model, string file, string text) => File.WriteAllText(Path.Combine(_scene.Folder, model, file), text);
}
