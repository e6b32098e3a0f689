using System.Text;
using Evo.Checkpoints;
using Evo.Merging.Tests.Fixtures;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Merging.Tests.Planning;

/// <summary>Tokenizer files made to break a reader or to make it take memory by a number that they hold.</summary>
public sealed class HostileTokenizerTests
{
    private const string Union = "{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1}, tokenizer_source: union}";
    private static readonly string Good = TinyTokenizer.Of(["x", "y"], "<s>");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"model\": 3}")]
    [InlineData("{\"model\": {\"vocab\": 3}}")]
    [InlineData("{\"model\": {\"vocab\": {\"x\": \"0\"}}}")]
    [InlineData("{\"model\": {\"vocab\": {\"x\": 1e99}}}")]
    [InlineData("{\"model\": {\"vocab\": {\"x\": -1}}}")]
    [InlineData("{\"model\": {\"vocab\": [[]]}}")]
    [InlineData("{\"model\": {\"vocab\": [[3, 0.0]]}}")]
    [InlineData("{\"added_tokens\": [{\"id\": 0}]}")]
    [InlineData("{\"added_tokens\": [{\"content\": \"x\"}]}")]
    [InlineData("{\"added_tokens\": [{\"id\": 99999999999, \"content\": \"x\"}]}")]
    [InlineData("{\"added_tokens\": [3]}")]
    public void What_is_no_tokenizer_is_refused_by_name(string json)
    {
        using var scene = Scene(json);
        Assert.Contains("tokenizer.json", Assert.Throws<CheckpointException>(() => scene.Plan(Union)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        using var scene = Scene(string.Concat(Enumerable.Repeat("{\"model\":", 10_000)));
        Assert.Throws<CheckpointException>(() => scene.Plan(Union));
    }

    [Fact]
    public void Numbers_past_the_embedding_take_no_memory()
    {
        using var scene = Scene(TinyTokenizer.Of([("x", 0), ("y", int.MaxValue - 5)], ["<s>"]));
        Assert.Equal(3, (int)scene.Plan(Union).OutputConfig["vocab_size"]!); // x of both, y and <s> of a
    }

    [Fact]
    public void A_lent_tokenizer_with_huge_numbers_is_refused()
    {
        using var scene = Scene(Good);
        var lender = Path.Combine(scene.Folder, "lender");
        Directory.CreateDirectory(lender);
        File.WriteAllText(Path.Combine(lender, "tokenizer.json"), TinyTokenizer.Of([("x", 0), ("y", 16_000_000)], []));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan(Union.Replace("union", "lender", StringComparison.Ordinal)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
        Assert.Contains("numbers 2 tokens up to 16000000", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_tokenizers_are_read_or_refused() => Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
    {
        var random = new Random(seed);
        var json = new StringBuilder(Good);
        for (var wound = random.Next(1, 5); wound > 0; wound--)
        {
            var at = random.Next(json.Length);
            if (random.Next(2) == 0)
                json[at] = "0123456789{}[]\",:xe-\\"[random.Next(21)];
            else
                json.Remove(at, Math.Min(random.Next(1, 20), json.Length - at - 1));
        }

        using var scene = Scene(json.ToString());
        try
        {
            var plan = scene.Plan(Union);
            foreach (var file in plan.Companions)
                Assert.NotNull(file.Name);
            foreach (var source in plan.Tensors.SelectMany(tensor => tensor.Models))
                source.ReadFloats(0, new float[source.Tensor.ElementCount]);
        }
        catch (Exception refusal) when (refusal is RecipeException or CheckpointException)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    /// <summary>Two models of three tokens; the second one's tokenizer is the given text.</summary>
    private static MergeScene Scene(string json) => new(("a", TinyTokenizer.Model(0, Good, 3)), ("b", TinyTokenizer.Model(10, json, 3)));
}
