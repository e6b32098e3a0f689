using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Scoring;

public sealed class ScoringTests
{
    public static TheoryData<string> Names => GoldenModel.Names;

    /// <summary>Requests of all lengths from 2 tokens on, in no order, some of them twice.</summary>
    internal static List<ScoreRequest> Mixed(int count, int vocabulary = GoldenModel.Vocabulary)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => new ScoreRequest(Tokens(random, random.Next(1, 60), vocabulary), Tokens(random, random.Next(1, 12), vocabulary)))];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_scores_the_same_bits_alone_and_in_any_batch_on_any_number_of_workers(string name)
    {
        using var golden = GoldenModel.Open(name);
        var requests = Mixed(60);
        using var alone = golden.Create(new InferenceOptions(Workers: 1));
        var expected = requests.Select(request => alone.Score([request])[0]).ToArray();

        foreach (var options in new[] { new InferenceOptions(Workers: 1), new(Workers: 1, BatchTokens: 100), new(Workers: 2), new(Workers: 3, BatchTokens: 333) })
        {
            using var model = golden.Create(options);
            var results = model.Score(requests);
            for (var index = 0; index < requests.Count; index++)
            {
                Assert.Equal(expected[index].LogProbabilities.ToArray(), results[index].LogProbabilities.ToArray());
                Assert.Equal(expected[index].IsGreedy, results[index].IsGreedy);
            }
        }
    }

    [Fact]
    public void Log_probabilities_of_a_continuation_are_those_of_its_tokens_one_by_one()
    {
        using var golden = GoldenModel.Open("qwen2");
        using var model = golden.Create();
        var tokens = golden.Sequences[2];

        var whole = model.Score([new ScoreRequest(tokens.AsMemory(0, 4), tokens.AsMemory(4))])[0];
        var single = model.Score([.. Enumerable.Range(4, tokens.Length - 4).Select(index => new ScoreRequest(tokens.AsMemory(0, index), tokens.AsMemory(index, 1)))]);

        for (var index = 0; index < single.Length; index++)
            Assert.Equal(single[index].LogProbabilities[0], whole.LogProbabilities[index], 1e-5f);
    }

    [Fact]
    public void A_continuation_is_greedy_when_every_token_is_the_most_likely_one()
    {
        using var golden = GoldenModel.Open("llama");
        using var model = golden.Create();
        var greedy = golden.Greedy[0];
        var other = greedy.ToArray();
        other[^1] = (other[^1] + 1) % GoldenModel.Vocabulary;

        var results = model.Score([new ScoreRequest(golden.Sequences[0], greedy), new ScoreRequest(golden.Sequences[0], other)]);

        Assert.True(results[0].IsGreedy);
        Assert.False(results[1].IsGreedy);
    }

    [Fact]
    public void A_context_that_does_not_fit_is_cut_on_the_left_and_said_to_be()
    {
        using var golden = GoldenModel.Open("mistral");
        using var model = golden.Create();
        var random = new Random(1);
        var (context, continuation) = (Tokens(random, 200), Tokens(random, 5));

        var results = model.Score([new ScoreRequest(context, continuation), new ScoreRequest(context.AsMemory(200 - (model.ContextLength - 5)), continuation)]);

        Assert.True(results[0].ContextTruncated);
        Assert.False(results[1].ContextTruncated);
        Assert.Equal(results[1].LogProbabilities.ToArray(), results[0].LogProbabilities.ToArray());
    }

    [Fact]
    public void Requests_that_cannot_be_scored_are_refused()
    {
        using var golden = GoldenModel.Open("llama");
        using var model = golden.Create();

        Assert.Throws<ArgumentException>(() => model.Score([new ScoreRequest(Array.Empty<int>(), new[] { 1 })]));
        Assert.Throws<ArgumentException>(() => model.Score([new ScoreRequest(new[] { 1 }, Array.Empty<int>())]));
        Assert.Throws<ArgumentException>(() => model.Score([new ScoreRequest(new[] { 1 }, new int[model.ContextLength])]));
        Assert.Throws<ArgumentException>(() => model.Score([new ScoreRequest(new[] { -1 }, new[] { 1 })]));
        Assert.Throws<ArgumentException>(() => model.Score([new ScoreRequest(new[] { 1 }, new[] { GoldenModel.Vocabulary })]));
        Assert.Empty(model.Score([]));
    }

    [Fact]
    public void Cancellation_ends_a_call()
    {
        using var golden = GoldenModel.Open("llama");
        foreach (var workers in new[] { 1, 2 })
        {
            using var model = golden.Create(new InferenceOptions(Workers: workers));
            Assert.ThrowsAny<OperationCanceledException>(() => model.Score(Mixed(8), new CancellationToken(canceled: true)));
        }
    }

    private static int[] Tokens(Random random, int count, int vocabulary = GoldenModel.Vocabulary) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
}
