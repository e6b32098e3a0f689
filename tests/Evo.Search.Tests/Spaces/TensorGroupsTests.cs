using Evo.Search.Spaces.Genomes;
using Evo.Search.Spaces.Recipes;

namespace Evo.Search.Tests.Spaces;

public sealed class TensorGroupsTests
{
    private static readonly string[] Llama = [.. TinyModel.TensorNames(2, tied: false).Where(name => !name.Contains("q_norm", StringComparison.Ordinal) && !name.Contains("k_norm", StringComparison.Ordinal))];

    private static readonly string[] Gpt2 =
    [
        "wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias",
        .. Enumerable.Range(0, 2).SelectMany(layer => from part in (string[])["ln_1", "ln_2", "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"]
                                                      from kind in (string[])["weight", "bias"]
                                                      select $"h.{layer}.{part}.{kind}"),
    ];

    private static readonly string[] Mixture =
    [
        .. TinyModel.TensorNames(2, tied: true).Where(name => !name.Contains("mlp", StringComparison.Ordinal)),
        .. Enumerable.Range(0, 2).SelectMany(layer => Enumerable.Range(0, 3).SelectMany(expert =>
            from part in (string[])["gate_proj", "up_proj", "down_proj"] select $"model.layers.{layer}.mlp.experts.{expert}.{part}.weight")),
        "model.layers.0.mlp.gate.weight", "model.layers.1.mlp.gate.weight",
    ];

    public static TheoryData<string, string[]> Models => new() { { "llama", Llama }, { "gpt2", Gpt2 }, { "qwen3", TinyModel.TensorNames(3, true) }, { "moe", Mixture } };

    [Theory]
    [MemberData(nameof(Models))]
    public void The_first_filter_that_matches_a_tensor_is_its_groups(string model, string[] tensors)
    {
        foreach (var kind in (PerKind[])[PerKind.Component, PerKind.Part])
        {
            var groups = TensorGroups.Of(new PerAxis(kind, 0, []), tensors);
            foreach (var tensor in tensors)
            {
                var alone = TensorGroups.Of(new PerAxis(kind, 0, []), [tensor]).Groups[0].Name;
                var filter = groups.Filters.First(entry => entry.Filter == "*" || tensor.Contains(entry.Filter, StringComparison.Ordinal));
                Assert.True(alone == groups.Groups[filter.Group].Name, $"{model}: {tensor} is {alone}, and '{filter.Filter}' gives it to {groups.Groups[filter.Group].Name}");
            }
        }
    }

    [Fact]
    public void Filters_are_few_and_read_like_a_hand_written_recipe() =>
        Assert.Equal(
            ["self_attn:attention", "mlp:mlp", "norm:norm", "embed_tokens:embedding", "*:head"],
            Text(TensorGroups.Of(new PerAxis(PerKind.Component, 0, []), Llama)));

    [Fact]
    public void Norms_inside_the_attention_are_norms() =>
        Assert.Equal(
            ["norm:norm", "self_attn:attention", "mlp:mlp", "*:embedding"],
            Text(TensorGroups.Of(new PerAxis(PerKind.Component, 0, []), TinyModel.TensorNames(2, tied: true))));

    [Fact]
    public void A_router_is_not_the_mlp_that_its_name_begins_with() =>
        Assert.Equal(
            ["router", "mlp"],
            new[] { "model.layers.1.mlp.gate.weight", "model.layers.1.mlp.experts.2.gate_proj.weight" }.Select(name => GroupOf(Mixture, name)));

    [Fact]
    public void What_no_entry_of_a_list_names_is_the_rest() =>
        Assert.Equal(["gate+up", "norm", "rest"], TensorGroups.Of(List("gate+up", "norm"), Llama).Groups.Select(group => group.Name));

    [Fact]
    public void A_component_that_the_model_lacks_makes_no_group() =>
        Assert.Equal(["head+embedding", "rest"], TensorGroups.Of(List("head+embedding", "router"), Llama).Groups.Select(group => group.Name));

    [Theory]
    [InlineData("attn", "the model has no tensors 'attn'")]
    [InlineData("q|q+k", "'q' is in two groups")]
    [InlineData("attention|q", "the groups before 'q' leave it no tensors")]
    public void A_list_that_means_nothing_is_refused(string list, string problem) =>
        Assert.Contains(problem, Assert.Throws<FormatException>(() => TensorGroups.Of(List(list.Split('|')), Llama)).Message, StringComparison.Ordinal);

    private static PerAxis List(params string[] groups) => new(PerKind.Groups, 0, [.. groups]);

    private static IEnumerable<string> Text(TensorGroups groups) => groups.Filters.Select(filter => $"{filter.Filter}:{groups.Groups[filter.Group].Name}");

    private static string GroupOf(string[] tensors, string name)
    {
        var groups = TensorGroups.Of(new PerAxis(PerKind.Component, 0, []), tensors);
        return groups.Groups[groups.Filters.First(entry => entry.Filter == "*" || name.Contains(entry.Filter, StringComparison.Ordinal)).Group].Name;
    }
}
