using System.Collections.Immutable;
using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Generation;

public sealed class GenerationTests
{
    private static readonly int[] EndOfText = [7, 20, 30, 40, 50];

    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_is_the_same_alone_and_in_any_batch_on_any_number_of_workers(string name)
    {
        using var golden = GoldenModel.Open(name);
        var requests = Mixed();
        using var alone = golden.Create(new InferenceOptions(Workers: 1), new LetterTokenizer(GoldenModel.Vocabulary, EndOfText));
        var expected = requests.Select(request => alone.Generate([request])[0]).ToArray();
        Assert.True(expected.Select(result => result.Finish).Distinct().Count() == 3, "the requests should end in all three ways");

        foreach (var options in new InferenceOptions[] { new(Workers: 1), new(Workers: 2), new(Workers: 1, Slots: 3), new(Workers: 3, Slots: 2, BatchTokens: 20), new(Workers: 2, CacheBytes: 1) })
        {
            using var model = golden.Create(options, new LetterTokenizer(GoldenModel.Vocabulary, EndOfText));
            Same(expected, model.Generate(requests));
            Same(expected.Take(5), model.Generate(requests[..5])); // with the lanes of the call before
        }
    }

    [Fact]
    public void Greedy_tokens_are_those_that_scoring_calls_greedy()
    {
        using var golden = GoldenModel.Open("qwen3");
        using var model = golden.Create();
        var requests = Mixed().Where(request => request.Sampling is null).Select(request => request with { Stop = [] }).ToList();

        var results = model.Generate(requests);
        var scores = model.Score([.. requests.Zip(results, (request, result) => new ScoreRequest(request.Prompt, result.Tokens.ToArray()))]);

        Assert.All(scores, score => Assert.True(score.IsGreedy));
    }

    [Fact]
    public void A_stop_string_ends_the_text_wherever_tokens_cut_it()
    {
        using var golden = GoldenModel.Open("mistral");
        using var model = golden.Create();
        var prompt = golden.Sequences[2]; // continues 4,76,11,28,67,76,11,28,...
        GenerateResult Generate(params ImmutableArray<string> stop) => model.Generate([new GenerateRequest(prompt, 16, stop)])[0];

        var spanning = Generate("6,11,2"); // from the middle of one token to the middle of another
        Assert.Equal(("4,7", FinishReason.Stop), (spanning.Text, spanning.Finish));
        Assert.Equal([4, 76, 11, 28], spanning.Tokens.ToArray());

        var inside = Generate("7");
        Assert.Equal("4,", inside.Text);
        Assert.Equal([4, 76], inside.Tokens.ToArray());

        Assert.Equal("", Generate("never", "4").Text);
        Assert.Equal("4,", Generate("6,11", "76,11,").Text); // the earlier of two that end with the same token
        Assert.Equal(FinishReason.Length, Generate("never").Finish);
    }

    [Fact]
    public void An_end_of_text_token_ends_the_text_and_is_not_part_of_it()
    {
        using var golden = GoldenModel.Open("mistral");
        using var model = golden.Create(tokenizer: new LetterTokenizer(GoldenModel.Vocabulary, 95, 28));

        var result = model.Generate([new GenerateRequest(golden.Sequences[2], 16, [])])[0];

        Assert.Equal(("4,76,11,", FinishReason.EndOfText), (result.Text, result.Finish));
        Assert.Equal([4, 76, 11], result.Tokens.ToArray());
    }

    [Fact]
    public void The_end_of_the_window_ends_the_text()
    {
        using var golden = GoldenModel.Open("llama");
        using var model = golden.Create();
        var window = model.ContextLength;

        var results = model.Generate(
        [
            new GenerateRequest(new int[window - 3], 100, []),
            new GenerateRequest(new int[window], 100, []),
            new GenerateRequest(new int[window + 50], 100, []),
            new GenerateRequest(new int[4], 0, []),
            new GenerateRequest(new int[4], int.MaxValue, []),
        ]);

        Assert.Equal([3, 0, 0, 0, window - 4], results.Select(result => result.Tokens.Length));
        Assert.All(results, result => Assert.Equal(FinishReason.Length, result.Finish));
    }

    [Fact]
    public void Sampling_depends_on_the_seed_and_on_nothing_else()
    {
        using var golden = GoldenModel.Open("llama");
        using var model = golden.Create();
        GenerateRequest Sampled(ulong seed, int topK = 0) => new(golden.Sequences[0], 20, [], new SamplingOptions(Temperature: 2, TopK: topK, Seed: seed));

        var results = model.Generate([Sampled(1), Sampled(2), Sampled(1), Sampled(9, topK: 1), new GenerateRequest(golden.Sequences[0], 20, [])]);

        Assert.Equal(results[0].Text, results[2].Text);
        Assert.NotEqual(results[0].Text, results[1].Text);
        Assert.Equal(results[4].Text, results[3].Text); // the most likely token only
    }

    [Fact]
    public void Requests_that_cannot_be_generated_are_refused()
    {
        using var golden = GoldenModel.Open("llama");
        using var model = golden.Create();
        GenerateRequest Request(int[] prompt, int maxTokens = 1, SamplingOptions? sampling = null) => new(prompt, maxTokens, [], sampling);

        Assert.Throws<ArgumentException>(() => model.Generate([Request([])]));
        Assert.Throws<ArgumentException>(() => model.Generate([Request([-1])]));
        Assert.Throws<ArgumentException>(() => model.Generate([Request([1]) with { Stop = [""] }]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Generate([Request([1], maxTokens: -1)]));
        Assert.Throws<ArgumentException>(() => model.Generate([Request([1], sampling: new SamplingOptions(Temperature: 0))]));
        Assert.Throws<ArgumentException>(() => model.Generate([Request([1], sampling: new SamplingOptions(TopP: double.NaN))]));
        Assert.Throws<ArgumentException>(() => model.Generate([Request([1], sampling: new SamplingOptions(TopK: -1))]));
        Assert.Empty(model.Generate([]));
    }

    /// <summary>Requests of many lengths, greedy and sampled, that end by stop string, end-of-text token and length.</summary>
    private static List<GenerateRequest> Mixed()
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, 24).Select(index => new GenerateRequest(
            Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(8, GoldenModel.Vocabulary)).ToArray(),
            random.Next(1, 25),
            index % 3 == 0 ? ["1,2", "6"] : [],
            index % 2 == 0 ? new SamplingOptions(Temperature: 1.5, TopP: 0.95, Seed: (ulong)index) : null))];
    }

    private static void Same(IEnumerable<GenerateResult> expected, IEnumerable<GenerateResult> actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.Tokens.ToArray(), other.Tokens.ToArray());
            Assert.Equal((one.Text, one.Finish), (other.Text, other.Finish));
        }
    }
}
