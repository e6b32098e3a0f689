using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Recipes;

/// <summary>A slip is recognised; what resembles nothing is answered with the list.</summary>
public sealed class NearestNameTests
{
    [Theory]
    [InlineData("tise", "; did you mean 'ties'?")]
    [InlineData("Ties", "; did you mean 'ties'?")]
    [InlineData("F1", "; did you mean 'f1'?")]
    [InlineData("f2", "; did you mean 'f1'?")]
    [InlineData("task_arithm", "; did you mean 'task_arithmetic'?")]
    [InlineData("task_aritmetik", "; did you mean 'task_arithmetic'?")]
    [InlineData("zz", "; there are task_arithmetic, ties, f1")]
    [InlineData("something else", "; there are task_arithmetic, ties, f1")]
    public void Hints(string name, string hint) => Assert.Equal(hint, NearestName.Hint(name, ["task_arithmetic", "ties", "f1"]));

    [Fact]
    public void A_name_of_any_length_is_answered_at_once() =>
        Assert.Equal("; there are ties", NearestName.Hint(new string('t', 1 << 24), ["ties"]));

    [Fact]
    public void Nothing_known_is_no_hint() => Assert.Equal("; there are ", NearestName.Hint("ties", []));
}
