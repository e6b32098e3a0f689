namespace Evo.Inference.Benchmarks;

/// <summary>The same random requests for both sides: continuations to score, and prompts of four lengths (PyTorch batches equal lengths) to continue.</summary>
internal sealed record Requests(List<ScoreRequest> Score, List<GenerateRequest> Generate)
{
    public const int NewTokens = 32;

    public static Requests Make(int vocabulary, int scored, int generated)
    {
        var random = new Random(5);
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        int[] lengths = [16, 24, 32, 48];
        return new Requests(
            [.. Enumerable.Range(0, scored).Select(_ => new ScoreRequest(Tokens(random.Next(8, 64)), Tokens(random.Next(1, 13))))],
            [.. Enumerable.Range(0, generated).Select(index => new GenerateRequest(Tokens(lengths[index % lengths.Length]), NewTokens, []))]);
    }

    public object ToJson() => new
    {
        score = Score.Select(request => new { context = request.Context.ToArray(), continuation = request.Continuation.ToArray() }),
        generate = Generate.Select(request => new { prompt = request.Prompt.ToArray(), maxTokens = request.MaxTokens }),
        scoreBatchTokens = new InferenceOptions().BatchTokens,
        generateSlots = new InferenceOptions().Slots,
    };
}
