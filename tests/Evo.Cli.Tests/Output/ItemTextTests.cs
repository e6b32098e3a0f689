using Evo.Cli.Output;
using Evo.Evaluation.Outcomes;
using Evo.Inference;

namespace Evo.Cli.Tests.Output;

public sealed class ItemTextTests
{
    [Fact]
    public void What_a_model_wrote_cannot_steer_the_terminal()
    {
        var line = ItemText.Of(new ItemResult("a-1", 1, 1, FinishReason.Stop, 3, 2, false, "\u001b[2Jgone\nnext"));
        Assert.DoesNotContain('\u001b', line);
        Assert.EndsWith("[2Jgone\\nnext", line, StringComparison.Ordinal);
    }
}
