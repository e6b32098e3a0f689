using Evo.Evaluation.Probes;

namespace Evo.Evaluation.Tests.Probes;

public sealed class RepetitionTests
{
    [Theory]
    [InlineData("the quick brown fox", 0)]
    [InlineData("aaaaaaaa", 0.8)] // five 4-grams, one distinct
    [InlineData("abcdabcd", 0.2)] // abcd twice among five
    [InlineData("abababab", 0.6)]
    [InlineData("abcd", 0)] // one 4-gram repeats nothing
    [InlineData("abc", 0)]
    public void It_is_the_share_of_4_grams_that_occurred_before(string text, double share) => Assert.Equal(share, Repetition.Share(Tokens(text)), 12);

    [Fact]
    public void A_circle_that_is_not_quite_the_same_each_time_is_repetition_too() =>
        Assert.True(Repetition.Share(Tokens("small king is small king laughs in small king is small king is small king laughs in ")) > 0.5);

    [Theory]
    [InlineData("xyzabcdefabcd", "abcd")]
    [InlineData("abcdefgh", "abcd")] // the earliest of several
    [InlineData("abc", "")]
    public void The_most_frequent_4_gram_names_what_is_repeated(string text, string gram) =>
        Assert.Equal(Tokens(gram), Repetition.MostFrequent(Tokens(text)).ToArray());

    private static int[] Tokens(string text) => [.. text.Select(letter => (int)letter)];
}
