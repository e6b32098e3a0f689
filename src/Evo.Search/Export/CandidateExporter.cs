using System.Collections.Immutable;
using Evo.Search.Runs;

namespace Evo.Search.Export;

/// <param name="Scores">Scores of the model that was read back from the folder, equal to the stored ones item by item.</param>
public sealed record ExportResult(string Folder, string CandidateId, OrderedDictionary<string, ScoredValue> Scores, ImmutableArray<string> Files);

/// <summary>Writes a candidate as a Hugging Face folder and proves it by loading what was written and scoring it again.</summary>
public static class CandidateExporter
{
    /// <param name="runDirectory">A run directory; the run may be going on.</param>
    /// <param name="candidate">An id or an unambiguous beginning of one.</param>
    /// <param name="target">The folder to make; must not exist.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <exception cref="RunException">Unknown candidate or existing target (usage); or the folder scored differently and was removed (environment).</exception>
    public static Task<ExportResult> ExportAsync(
        string runDirectory, string candidate, string target, string? device = null, IProgress<string>? progress = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();
}
