using System.Collections.Immutable;
using Evo.Inference;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Tests.Doubles;

/// <summary>
/// A model whose every answer is written down: <see cref="Probability"/> of a token whatever stands before it ('a' 1/2, 'b' 1/4, 'c' 1/8, the
/// others share the last eighth evenly), and <see cref="Answer"/> to a prompt.
/// </summary>
internal sealed class ScriptedModel : ILanguageModel
{
    internal Func<int, double> Probability { get; init; } = token => token switch
    {
        'a' => 1 / 2.0,
        'b' => 1 / 4.0,
        'c' => 1 / 8.0,
        _ => 1 / 8.0 / 256,
    };

    internal Func<string, string> Answer { get; init; } = _ => "";

    /// <summary>The model says that it cut the context of what it rated.</summary>
    internal bool Cuts { get; init; }

    internal Action Before { get; init; } = () => { };

    internal List<ScoreRequest> Scored { get; } = [];

    internal List<GenerateRequest> Generated { get; } = [];

    internal bool Disposed { get; private set; }

    public ITokenizer Tokenizer { get; init; } = new ByteTokenizer();

    public int ContextLength { get; init; } = 1000;

    public ImmutableArray<ScoreResult> Score(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellation = default)
    {
        Before();
        cancellation.ThrowIfCancellationRequested();
        Scored.AddRange(requests);
        return [.. requests.Select(Rate)];
    }

    public ImmutableArray<GenerateResult> Generate(IReadOnlyList<GenerateRequest> requests, CancellationToken cancellation = default)
    {
        Before();
        cancellation.ThrowIfCancellationRequested();
        Generated.AddRange(requests);
        return [.. requests.Select(Continue)];
    }

    public void Dispose() => Disposed = true;

    private ScoreResult Rate(ScoreRequest request)
    {
        Assert.False(request.Context.IsEmpty || request.Continuation.IsEmpty, "neither part of a request may be empty");
        Assert.True(request.Context.Length + request.Continuation.Length <= ContextLength, "a request must fit the window");
        var tokens = request.Continuation.ToArray();
        return new ScoreResult([.. tokens.Select(token => (float)Math.Log(Probability(token)))], tokens.All(token => token == 'a'), Cuts);
    }

    private GenerateResult Continue(GenerateRequest request)
    {
        var tokens = Tokenizer.Encode(Answer(Tokenizer.Decode(request.Prompt.Span)));
        var (kept, finish) = (tokens, FinishReason.EndOfText);
        var room = Math.Min(request.MaxTokens, ContextLength - request.Prompt.Length);
        if (tokens.Length > room)
            (kept, finish) = (tokens[..room], FinishReason.Length);
        var text = Tokenizer.Decode(kept.AsSpan());
        var ends = request.Stop.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).ToList();
        return ends.Count == 0
            ? new GenerateResult(kept, text, finish)
            : new GenerateResult(kept, text[..ends.Min()], FinishReason.Stop);
    }
}
