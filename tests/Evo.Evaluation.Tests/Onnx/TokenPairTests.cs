using Evo.Evaluation.Onnx;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Onnx;

/// <summary>Where a text's context ends and what is rated begins, in tokens.</summary>
public sealed class TokenPairTests
{
    private static (string Context, string Continuation) Split(ByteTokenizer tokenizer, string context, string continuation)
    {
        var pair = TokenPair.Encode(tokenizer, context, continuation);
        return (tokenizer.Decode(pair.Context.Span), tokenizer.Decode(pair.Continuation.Span));
    }

    [Fact]
    public void The_continuation_begins_where_the_contexts_encoding_ends()
        => Assert.Equal(("ab", "cd"), Split(new ByteTokenizer(), "ab", "cd"));

    [Theory]
    [InlineData("a ", "b", "a", " b")]
    [InlineData("a \n", "b", "a", " \nb")]
    public void White_space_at_the_contexts_end_is_rated_with_the_continuation(string context, string continuation, string left, string right)
    {
        Assert.Equal((left, right), Split(new ByteTokenizer(), context, continuation));
        Assert.Equal((left, right), Split(new ByteTokenizer(false, " b"), context, continuation));
    }

    [Fact]
    public void A_token_across_the_border_is_rated_as_a_whole()
    {
        Assert.Equal(("a", "bcd"), Split(new ByteTokenizer(false, "bc"), "ab", "cd"));
        Assert.Equal(("x", "abcd"), Split(new ByteTokenizer(false, "abc"), "xab", "cd"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void An_empty_context_becomes_the_end_of_text_token(string context)
    {
        var pair = TokenPair.Encode(new ByteTokenizer(), context, "b");

        Assert.Equal([ByteTokenizer.End], pair.Context.ToArray());
        Assert.Equal(context.Length + 1, pair.Continuation.Length);
    }

    [Theory]
    [InlineData("", new int[] { ByteTokenizer.Begin })]
    [InlineData("a", new int[] { ByteTokenizer.Begin, 'a' })]
    public void The_begin_of_text_token_stands_in_front_where_the_models_tokenizer_puts_it(string context, int[] tokens)
        => Assert.Equal(tokens, TokenPair.Encode(new ByteTokenizer(begins: true), context, "b").Context.ToArray());

    [Fact]
    public void A_tokenizer_without_a_token_for_nothing_is_refused()
    {
        using var tokenizer = new ByteTokenizer { EndOfText = [] };

        Assert.Contains("neither a begin-of-text nor an end-of-text token", Assert.Throws<InvalidOperationException>(
            () => TokenPair.Encode(tokenizer, "", "b")).Message, StringComparison.Ordinal);
    }
}
