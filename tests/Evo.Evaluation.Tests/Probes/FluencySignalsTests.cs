using System.Collections.Immutable;
using Evo.Evaluation.Probes;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Probes;

public sealed class FluencySignalsTests
{
    [Fact]
    public void The_loss_is_a_mean_over_all_tokens_but_the_first_of_each_text()
    {
        using var model = new ScriptedModel();
        var signals = FluencySignals.Compute(model, ["xa", "xbc"]); // after x: 1/2; 1/4 and 1/8
        Assert.Equal((1 + 2 + 3) * Math.Log(2) / 3, signals.Loss, 1e-6);
        Assert.Equal(2, signals.Texts);
    }

    [Fact]
    public void With_a_token_that_begins_texts_every_letter_counts()
    {
        using var model = new ScriptedModel { Tokenizer = new ByteTokenizer(begins: true) };
        Assert.Equal(Math.Log(2), FluencySignals.Compute(model, ["a", "aaa"]).Loss, 1e-6);
    }

    [Fact]
    public void Of_many_texts_32_are_rated_and_3_continued_and_texts_of_one_token_are_passed_over()
    {
        using var model = new ScriptedModel();
        var signals = FluencySignals.Compute(model, ["x", .. Enumerable.Range(0, 40).Select(number => $"number {number}")]);
        Assert.Equal(32, signals.Texts);
        Assert.Equal(32, model.Scored.Count);
        Assert.Equal(3, signals.Generations.Length);
        Assert.Throws<ArgumentException>(() => FluencySignals.Compute(model, ["x", "y"]));
    }

    [Fact]
    public void Texts_are_cut_off_at_the_window()
    {
        using var model = new ScriptedModel { ContextLength = 8 };
        FluencySignals.Compute(model, [new string('a', 100)]);
        Assert.Equal(7, Assert.Single(model.Scored).Continuation.Length);
        Assert.InRange(Assert.Single(model.Generated).Prompt.Length, 1, 7); // there is room for an answer
    }

    [Fact]
    public void A_prompt_is_the_first_half_of_a_texts_words()
    {
        using var model = new ScriptedModel();
        var signals = FluencySignals.Compute(model, ["one two three four five", "alone", string.Concat(Enumerable.Repeat("word ", 100))]);
        Assert.Equal(["one two", "alone"], signals.Generations.Take(2).Select(generation => generation.Prompt));
        Assert.Equal(32, signals.Generations[2].Prompt.Split(' ').Length);
    }

    [Fact]
    public void A_text_that_goes_round_in_a_circle_repeats_itself_unless_it_ends()
    {
        Assert.Equal("the ", Repeated(string.Concat(Enumerable.Repeat("the ", 100))));
        Assert.Null(Repeated(string.Concat(Enumerable.Repeat("the ", 30)))); // 120 tokens, then the end
        Assert.Null(Repeated(""));
    }

    [Fact]
    public void What_runs_to_the_limit_without_repeating_is_fine()
    {
        Assert.Null(Repeated(string.Concat(Enumerable.Range(100, 90).Select(number => $"{number} "))));
    }

    [Fact]
    public void A_text_cut_short_by_a_small_window_tells_nothing() => Assert.Null(Repeated(new string('a', 200), contextLength: 20));

    private static string? Repeated(string answer, int contextLength = 1000)
    {
        using var model = new ScriptedModel { Answer = _ => answer, ContextLength = contextLength };
        return Assert.Single(FluencySignals.Compute(model, ["a text"]).Generations).Repeated;
    }
}
