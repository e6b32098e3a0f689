using Evo.Evaluation.Onnx;
using Evo.Evaluation.Tests.Doubles;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Evaluation.Tests.Onnx;

public sealed class TokenProperties
{
    private static readonly Arbitrary<string> Texts = Gen.Elements("a", "b", "ab", " ", "  ", "\n", "é", "x").ArrayOf().Select(string.Concat).ToArbitrary();

    [Fact]
    public void Context_and_continuation_together_are_the_whole_text_and_all_of_the_continuation_is_rated()
        => Prop.ForAll(Texts, Texts, (context, text) =>
        {
            var tokenizer = new ByteTokenizer(begins: true, " a", "bab", "ab", "\n\n", " ");
            var continuation = text + "c";
            var pair = TokenPair.Encode(tokenizer, context, continuation);
            return pair.Context.Span[0] == ByteTokenizer.Begin
                && tokenizer.Decode(pair.Context.Span) + tokenizer.Decode(pair.Continuation.Span) == context + continuation
                && tokenizer.Decode(pair.Continuation.Span).EndsWith(continuation, StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_token_is_rated_exactly_once_in_requests_that_fit_the_window()
        => Prop.ForAll(Gen.Choose(1, 12).ToArbitrary(), Gen.Choose(1, 30).ToArbitrary(), Gen.Choose(2, 12).ToArbitrary(), (before, rated, length) =>
        {
            var context = Enumerable.Range(0, before).ToArray();
            var continuation = Enumerable.Range(100, rated).ToArray();

            var requests = new ContextWindow(length).Score(new TokenPair(context, continuation), new ByteTokenizer(), out var cut);

            return requests.SelectMany(request => request.Continuation.ToArray()).SequenceEqual(continuation)
                && requests.All(request => request.Context.Length > 0 && request.Continuation.Length > 0)
                && requests.All(request => request.Context.Length + request.Continuation.Length <= length)
                && cut == (requests[0].Context.Length < before);
        }).QuickCheckThrowOnFailure();
}
