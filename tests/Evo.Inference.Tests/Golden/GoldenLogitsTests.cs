using Xunit.Abstractions;

namespace Evo.Inference.Tests.Golden;

/// <summary>Numbers of an independent PyTorch forward pass (make_golden.py) that every architecture must meet.</summary>
public sealed class GoldenLogitsTests(ITestOutputHelper output)
{
    private const float Tolerance = 1e-4f;

    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Log_probabilities_of_every_token_at_every_position_meet_PyTorch(string name)
    {
        using var golden = GoldenModel.Open(name);
        using var model = golden.Create();
        var requests = new List<ScoreRequest>();
        var expected = new List<double>();
        var row = 0;
        foreach (var sequence in golden.Sequences)
        {
            for (var position = 0; position < sequence.Length; position++, row++)
            {
                var logits = golden.Logits.AsSpan(row * GoldenModel.Vocabulary, GoldenModel.Vocabulary);
                for (var token = 0; token < logits.Length; token++)
                {
                    requests.Add(new ScoreRequest(sequence.AsMemory(0, position + 1), new[] { token }));
                    expected.Add(logits[token] - LogSumExp(logits));
                }
            }
        }

        var results = model.Score(requests);

        var error = results.Zip(expected, (result, value) => Math.Abs(result.LogLikelihood - value)).Max();
        output.WriteLine($"{name}: largest error {error:e2} over {results.Length} log-probabilities");
        Assert.InRange(error, 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Greedy_continuations_meet_PyTorch(string name)
    {
        using var golden = GoldenModel.Open(name);
        using var model = golden.Create();

        var results = model.Generate([.. golden.Sequences.Select(sequence => new GenerateRequest(sequence, 16, []))]);

        Assert.All(results.Zip(golden.Greedy), pair => Assert.Equal(pair.Second, pair.First.Tokens.ToArray()));
        Assert.All(results, result => Assert.Equal(FinishReason.Length, result.Finish));
    }

    private static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Math.Exp(logit);
        return Math.Log(sum);
    }
}
