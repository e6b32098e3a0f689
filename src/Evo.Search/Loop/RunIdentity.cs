using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>Whether the run in a directory is the one that was asked for, and what differs if not.</summary>
internal static class RunIdentity
{
    private const int LinesToShow = 5;

    /// <summary>
    /// The run's id: a hash of the search (its seed included) and of what its models and tasks hold. Two runs of one search have one id, so
    /// their front files are the same byte for byte.
    /// </summary>
    public static string Of(string spaceHash, IEnumerable<RunInput> inputs)
    {
        var text = string.Join('\n', inputs.Select(input => $"{input.Kind} {input.Hash}").Prepend(spaceHash));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    public static void Check(RunDirectory directory, RunRow stored, RunRow wanted)
    {
        if (stored.SpaceHash == wanted.SpaceHash)
            return;
        throw new RunException(RunProblem.Usage,
            $"{directory.Path}: holds a run of another search. Name another directory with --run-dir, or undo the change:\n"
            + Difference(stored.Resolved, wanted.Resolved));
    }

    public static void Check(RunDirectory directory, ImmutableArray<RunInput> stored, ImmutableArray<RunInput> wanted)
    {
        foreach (var before in stored)
        {
            var now = wanted.FirstOrDefault(input => (input.Kind, input.Name) == (before.Kind, before.Name));
            if (now?.Hash != before.Hash)
                throw new RunException(RunProblem.Usage,
                    $"{directory.Path}: the {before.Kind} '{before.Name}' has changed since the run began (content {before.Hash[..12]}, "
                    + $"now {now?.Hash[..12] ?? "missing"}). Put the old one back, or start a new run with --run-dir.");
        }
    }

    private static string Difference(string stored, string wanted)
    {
        var (before, after) = (Lines(stored), Lines(wanted));
        var shown = before.Except(after).Take(LinesToShow).Select(line => "  run:  " + line.Trim())
            .Concat(after.Except(before).Take(LinesToShow).Select(line => "  now:  " + line.Trim()));
        return string.Join('\n', shown);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
