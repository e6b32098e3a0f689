using Evo.Checkpoints;
using Evo.Inference;
using Evo.Merging;

namespace Evo.Cli.Tests;

/// <summary>Which exit code a failure ends with: who can mend it decides.</summary>
public class FailuresTests
{
    public static TheoryData<Exception, int> Known => new()
    {
        { new RecipeException("a wrong recipe"), ExitCode.Usage },
        { new CheckpointException("model", "is not there", new FileNotFoundException()), ExitCode.Usage },
        { new CheckpointException("model", "may not be read", new UnauthorizedAccessException()), ExitCode.Environment },
        { new CheckpointException("out", "could not be written", new IOException("no space left on device")), ExitCode.Environment },
        { new UnauthorizedAccessException("a folder"), ExitCode.Environment },
        { new NonFiniteMergeException("tensor"), ExitCode.TooManyFailures },
        { new NonFiniteModelException("a model's weights are damaged"), ExitCode.TooManyFailures },
        { new OperationCanceledException(), ExitCode.Stopped },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Users_see_a_sentence_and_the_code_of_its_kind(Exception exception, int code)
    {
        var failure = Failures.Describe(exception);
        Assert.Equal(code, failure.ExitCode);
        Assert.DoesNotContain("defect of Evo", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anything_else_is_a_defect_and_says_so() =>
        Assert.StartsWith("this is a defect of Evo", Failures.Describe(new InvalidOperationException("x")).Message, StringComparison.Ordinal);
}
