using Evo.Evaluation.Onnx;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Onnx;

public sealed class ContextWindowTests
{
    private static readonly ByteTokenizer Plain = new();

    [Theory]
    [InlineData(5, "1,2,3>4,5", false)]
    [InlineData(4, "2,3>4,5", true)]
    [InlineData(3, "3>4,5", true)]
    public void A_context_that_is_too_long_loses_tokens_on_the_left(int window, string expected, bool cut)
        => Assert.Equal((expected, cut), Score(window, [1, 2, 3], [4, 5], Plain));

    [Fact]
    public void A_begin_of_text_token_keeps_its_place()
        => Assert.Equal(("256,3>4,5", true), Score(4, [ByteTokenizer.Begin, 2, 3], [4, 5], new ByteTokenizer(begins: true)));

    [Theory]
    [InlineData(6, "0>1,2,3,4,5")]
    [InlineData(5, "0>1,2,3,4 4>5")]
    [InlineData(3, "0>1,2 2>3,4 4>5")]
    [InlineData(2, "0>1 1>2 2>3 3>4 4>5")]
    public void A_text_longer_than_the_window_is_rated_in_windows_that_rate_every_token_once(int window, string expected)
        => Assert.Equal((expected, false), Score(window, [0], [1, 2, 3, 4, 5], Plain));

    [Fact]
    public void A_continuation_longer_than_the_window_costs_it_its_context_and_that_is_said()
        => Assert.Equal(("9>1,2 2>3", true), Score(3, [8, 9], [1, 2, 3], Plain));

    [Theory]
    [InlineData(10, 3, 7, false)]
    [InlineData(10, 4, 6, true)]
    [InlineData(10, 99, 5, true)] // half of the window stays the prompt's
    public void A_prompt_leaves_room_for_its_answer(int window, int maxTokens, int kept, bool cut)
    {
        var prompt = new ContextWindow(window).Prompt(new[] { 1, 2, 3, 4, 5, 6, 7 }, maxTokens, Plain, out var wasCut);

        Assert.Equal(Enumerable.Range(8 - kept, kept), prompt.ToArray());
        Assert.Equal(cut, wasCut);
    }

    private static (string, bool) Score(int window, int[] context, int[] continuation, ByteTokenizer tokenizer)
    {
        var requests = new ContextWindow(window).Score(new TokenPair(context, continuation), tokenizer, out var cut);
        return (string.Join(' ', requests.Select(request => $"{Join(request.Context)}>{Join(request.Continuation)}")), cut);
    }

    private static string Join(ReadOnlyMemory<int> tokens) => string.Join(',', tokens.ToArray());
}
