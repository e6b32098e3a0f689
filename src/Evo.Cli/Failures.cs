using Evo.Checkpoints;
using Evo.Evaluation;
using Evo.Inference;
using Evo.Merging;
using Evo.Optimization;
using Evo.Search.Runs;
using Evo.Search.Spaces;

namespace Evo.Cli;

/// <summary>What the user is told of a failure.</summary>
internal sealed record Failure(string Message, int ExitCode);

/// <summary>Maps the exceptions that users can cause to a message and an exit code. Anything else is a defect of Evo and is shown with its stack trace.</summary>
internal static class Failures
{
    public static Failure Describe(Exception exception) => exception switch
    {
        CheckpointException { InnerException: UnauthorizedAccessException or (IOException and not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException)) } =>
            new Failure(exception.Message, ExitCode.Environment), // a full or broken disk, or no permission, where a missing file or folder is a wrong name
        CheckpointException or RecipeException or SearchSpaceException or TaskException or OptimizerSettingsException =>
            new Failure(exception.Message, ExitCode.Usage),
        RunException run => new Failure(run.Message, run.Problem == RunProblem.Usage ? ExitCode.Usage : ExitCode.Environment),
        NonFiniteMergeException or NonFiniteModelException => new Failure(exception.Message, ExitCode.TooManyFailures),
        OperationCanceledException => new Failure("stopped", ExitCode.Stopped),
        UnauthorizedAccessException or IOException => new Failure(exception.Message, ExitCode.Environment),
        DllNotFoundException => new Failure($"a native library is missing: {exception.Message}", ExitCode.Environment),
        _ => new Failure($"this is a defect of Evo, please report it:\n{exception}", ExitCode.Unexpected),
    };
}
