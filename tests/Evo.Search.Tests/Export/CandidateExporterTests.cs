using Evo.Search.Export;
using Evo.Search.Runs;
using Evo.Search.Tests.Workshop;

namespace Evo.Search.Tests.Export;

public sealed class CandidateExporterTests : IDisposable
{
    private readonly FamilySpace _family = new();

    public void Dispose() => _family.Dispose();

    [Fact]
    public async Task An_exported_candidate_is_a_model_folder_that_scores_as_the_search_said()
    {
        var result = await _family.RunAsync("run");
        var member = result.Front!.Members[0];

        var export = await CandidateExporter.ExportAsync(_family["run"], member.Id[..12], _family["out"]);

        Assert.Equal(member.Id, export.CandidateId);
        Assert.Equal(member.Objectives["addition"], export.Scores["addition"]);
        Assert.Superset(new HashSet<string> { "config.json", "model.safetensors", "tokenizer.json", "mergekit_config.yml", "README.md" }, export.Files.ToHashSet());
        var card = File.ReadAllText(_family["out/README.md"]);
        Assert.StartsWith("---\nbase_model:\n- \"models/base\"\n", card, StringComparison.Ordinal);
        Assert.Contains("library_name: transformers", card, StringComparison.Ordinal);
        Assert.Contains("seed 7", card, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_family["out.unverified"]));

        var refusal = await Assert.ThrowsAsync<RunException>(() => CandidateExporter.ExportAsync(_family["run"], member.Id, _family["out"]));
        Assert.Contains("exists already", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_whose_scores_differ_from_the_stored_ones_is_removed()
    {
        var result = await _family.RunAsync("run");
        using (var database = RunDatabase.OpenForWriting(_family["run/run.db"]))
            database.Execute("UPDATE item_results SET score = 1 - score");

        var refusal = await Assert.ThrowsAsync<RunException>(
            () => CandidateExporter.ExportAsync(_family["run"], result.Front!.Members[0].Id, _family["out"]));

        Assert.Equal(RunProblem.Environment, refusal.Problem);
        Assert.Contains("come out differently", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_family["out"]) || Directory.Exists(_family["out.unverified"]));
    }
}
