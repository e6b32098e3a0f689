using Evo.Search.Export;
using Evo.Search.Runs;
using Evo.Search.Tests.Workshop;

namespace Evo.Search.Tests.Export;

/// <summary>Several generations: a front member of one run is a parent of the next.</summary>
public sealed class CandidateParentsTests : IDisposable
{
    private readonly FamilySpace _family = new();

    public void Dispose() => _family.Dispose();

    [Fact]
    public async Task A_candidate_of_a_run_is_written_once_and_named_by_its_run_and_id()
    {
        var member = (await _family.RunAsync("run")).Front!.Members[0];
        string[] names = ["models/base", $"run@{member.Id[..12]}"];

        var folders = CandidateParents.Resolve(names, _family[""]);

        var folder = Assert.Single(folders).Value;
        Assert.Equal(_family[$"run/models/{member.Id}"], folder);
        var written = File.GetLastWriteTimeUtc(Path.Combine(folder, "model.safetensors"));
        Assert.Equal(folder, CandidateParents.Resolve(names, _family[""])[names[1]]);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(folder, "model.safetensors")));
        Assert.Contains(member.Id, File.ReadAllText(Path.Combine(folder, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_starts_from_a_front_member_of_the_one_before()
    {
        var member = (await _family.RunAsync("run")).Front!.Members[0];
        File.WriteAllText(_family.Space, File.ReadAllText(_family.Space).Replace("models/sorting", $"run@{member.Id}", StringComparison.Ordinal));

        var next = await _family.RunAsync("next");

        var parent = Assert.Single(next.Front!.Parents, parent => parent.Name == $"run@{member.Id}");
        Assert.Equal(member.Objectives["addition"].Value, parent.Objectives["addition"].Value);
    }

    [Fact]
    public async Task A_candidate_that_is_not_in_the_run_is_refused()
    {
        await _family.RunAsync("run");
        Assert.Throws<RunException>(() => CandidateParents.Resolve(["run@ffffffffffff"], _family[""]));
    }
}
