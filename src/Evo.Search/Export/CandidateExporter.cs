using System.Collections.Immutable;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Loop;
using Evo.Search.Runs;

namespace Evo.Search.Export;

/// <param name="Scores">Scores on the search items of the model that was read back from the folder, equal to the stored ones item by
/// item.</param>
/// <param name="Files">Names of the folder's files.</param>
public sealed record ExportResult(
    string Folder, string CandidateId, OrderedDictionary<string, ScoredValue> Scores, ImmutableArray<string> Files);

/// <summary>
/// Writes a candidate as a Hugging Face folder and proves it by loading what was written and scoring it again. Until it is proven the
/// folder is called <c>NAME.unverified</c>; a folder under its own name has passed.
/// </summary>
public static class CandidateExporter
{
    /// <param name="runDirectory">A run directory; the run may be going on.</param>
    /// <param name="candidate">An id or an unambiguous beginning of one.</param>
    /// <param name="target">The folder to make; must not exist.</param>
    /// <param name="device">Null takes the run's.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <exception cref="RunException">
    /// Unknown or invalid candidate, existing target, changed models (usage); or the folder scored differently and was removed
    /// (environment).
    /// </exception>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The folder cannot be written.</exception>
    public static async Task<ExportResult> ExportAsync(
        string runDirectory,
        string candidate,
        string target,
        string? device = null,
        IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (Path.Exists(folder))
            throw new RunException(RunProblem.Usage, $"{folder}: exists already; name a new folder with --out.");

        using var reader = RunReader.Open(runDirectory);
        var details = reader.Show(candidate);
        if (details.Invalid is { } invalid)
            throw new RunException(RunProblem.Usage, $"candidate {details.Id} is invalid and cannot be exported: {invalid}");

        progress?.Report("opening and hashing the models");
        using var composition = SearchComposition.Open(SearchRunner.ReadStored(reader.Directory, device), reader.Directory);
        RunIdentity.Check(reader.Directory, reader.Store.Run.Inputs(), composition.Inputs);
        var plan = MergePlan.Create(RecipeReader.Read(details.RecipeYaml, $"candidate {details.Id[..12]}"), composition.Parents);
        if (plan.ContentId != details.Id)
            throw new RunException(RunProblem.Usage,
                $"candidate {details.Id}: its recipe now makes another model ({plan.ContentId}). "
                + "Was it made by another release of Evo? Export it with that one.");

        progress?.Report("merging");
        var card = ModelCard.Write(plan, details, reader.Front(), reader.Run(), reader.Store.Run.Inputs());
        var unverified = folder + ".unverified";
        FolderMerge.Write(plan, unverified, card, new FolderMergeOptions { Overwrite = true }, cancellation: cancellation);
        try
        {
            var check = new ExportCheck(reader.Store, composition.Setup, composition.Space.Evaluator, progress);
            var scores = await check.RunAsync(plan, unverified, reader.Find(details.Id).Key, cancellation).ConfigureAwait(false);
            Directory.Move(unverified, folder);
            var files = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
            return new ExportResult(folder, details.Id, scores, [.. files]);
        }
        catch
        {
            if (Directory.Exists(unverified))
                Directory.Delete(unverified, recursive: true);
            throw;
        }
    }
}
