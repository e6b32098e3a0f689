using System.Collections.Immutable;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Loop;
using Evo.Search.Runs;

namespace Evo.Search.Export;

/// <summary>
/// Candidates of earlier runs as parents: a recipe may name <c>RUN_DIRECTORY@CANDIDATE</c> where it names a model, so that a front member becomes a parent of
/// the next generation of merges. The model is written once, to <c>models/ID</c> in its run directory, and is a plain model folder from then on.
/// </summary>
public static class CandidateParents
{
    /// <summary>The folders of those models that are candidates, by their names without adapters; the others are left to the caller.</summary>
    /// <param name="names">Models as recipes name them.</param>
    /// <param name="relativeTo">The folder that relative names start from.</param>
    /// <param name="memory">Bytes that writing a model may take; null for the default.</param>
    /// <exception cref="RunException">There is no such candidate, it is invalid, or its models have changed.</exception>
    public static ImmutableDictionary<string, string> Resolve(
        IEnumerable<string> names, string relativeTo, long? memory = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(relativeTo);
        var folders = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
            if (RunOf(name, relativeTo) is var (reference, run) && !folders.ContainsKey(reference.Model))
                folders[reference.Model] = Written(run, reference.Revision!, memory, cancellation);
        return folders.ToImmutable();
    }

    /// <summary>The run directory that a name points into; null when it means no candidate.</summary>
    internal static (ModelReference Reference, string Run)? RunOf(string name, string relativeTo) =>
        ModelReference.TryParse(name, out var reference, out _) && reference.Revision is not null
        && Path.GetFullPath(reference.Path, relativeTo) is var run && File.Exists(Path.Combine(run, "run.db"))
            ? (reference, run)
            : null;

    private static string Written(string run, string candidate, long? memory, CancellationToken cancellation)
    {
        using var reader = RunReader.Open(run);
        var details = reader.Show(candidate);
        if (details.Invalid is { } invalid)
            throw new RunException(RunProblem.Usage, $"candidate {details.Id} of {run} is invalid and cannot be a parent: {invalid}");
        var folder = Path.Combine(run, "models", details.Id);
        if (Directory.Exists(folder))
            return folder;
        using var composition = SearchComposition.Open(SearchRunner.ReadStored(reader.Directory, device: null), reader.Directory);
        RunIdentity.Check(reader.Directory, reader.Store.Run.Inputs(), composition.Inputs);
        var plan = MergePlan.Create(RecipeReader.Read(details.RecipeYaml, $"candidate {details.Id[..12]}"), composition.Parents);
        if (plan.ContentId != details.Id)
            throw new RunException(RunProblem.Usage, $"candidate {details.Id} of {run}: its recipe now makes another model; was it made by another release of Evo?");
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        var options = memory is { } bytes ? new FolderMergeOptions { MemoryBytes = bytes } : null;
        FolderMerge.Write(plan, folder, ModelCard.Write(plan, details, reader.Front(), reader.Run(), reader.Store.Run.Inputs()), options, cancellation: cancellation);
        return folder;
    }
}
