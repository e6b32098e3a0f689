using System.CommandLine;
using System.Globalization;
using Evo.Cli.Output;
using Evo.Merging.Engines;

namespace Evo.Cli.Commands;

/// <summary>Options of a merge that several subcommands share.</summary>
internal static class MergeOptions
{
    public static Option<string> Memory() =>
        Size("--memory", "4GB", FolderMergeOptions.LeastMemoryBytes, "Most memory for tensors, whatever the number of models.");

    public static Option<string> ShardSize() => Size("--out-shard-size", "5GB", 1, "Largest file of the result; a larger model is written in several.");

    public static Option<string?> ModelsFrom() => new("--models-from")
    {
        Description = "The folder that relative model paths start from. Default: the recipe's own folder.",
    };

    public static Option<string?> ReadBudget()
    {
        var option = new Option<string?>("--read-budget")
        {
            Description = "Most of the experts' bytes to read, as a share (40%) or a size (500MB, or a number of bytes): the blocks of task vectors that matter least are left out.",
            HelpName = "SHARE|SIZE",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && Bytes(text, 1) is null)
                result.AddError($"--read-budget takes a share such as 40% or a size such as 2GB, not '{text}'.");
        });
        return option;
    }

    public static Option<string?> Catalog() => new("--catalog")
    {
        Description = "The folder that keeps the block statistics of task vectors for --read-budget. Default: .evo/task-vectors beside the recipe.",
        HelpName = "FOLDER",
    };

    /// <summary>The bytes of a read budget; null when the text is none.</summary>
    /// <param name="whole">What 100 % is.</param>
    public static long? Bytes(string budget, long whole)
    {
        if (!budget.EndsWith('%'))
            return ByteSize.Parse(budget);
        return double.TryParse(budget.AsSpan(0, budget.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100
            ? (long)Math.Round(whole * (percent / 100))
            : null;
    }

    private static Option<string> Size(string name, string standard, long least, string description)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "SIZE" };
        option.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>();
            if (text is null || ByteSize.Parse(text) is not { } bytes) result.AddError($"{name} takes a size such as 4GB or 512MB, not '{text}'.");
            else if (bytes < least) result.AddError($"{name} must be at least {ScoreText.Bytes(least)}, not '{text}'.");
        });
        return option;
    }
}
