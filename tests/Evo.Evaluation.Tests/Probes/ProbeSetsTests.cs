using Evo.Evaluation.Probes;
using Evo.Merging;

namespace Evo.Evaluation.Tests.Probes;

public sealed class ProbeSetsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evo-probes-").FullName;

    [Fact]
    public void Files_of_a_folder_replace_sets_of_their_name_and_add_others()
    {
        File.WriteAllText(Path.Combine(_folder, "math.txt"), "one and one is two");
        File.WriteAllText(Path.Combine(_folder, "law.txt"), "the party of the first part");
        var sets = ProbeSets.Read(_folder);
        Assert.Equal([.. ProbeSets.Names, "LAW"], sets.Select(set => set.Name));
        Assert.Equal("one and one is two", Assert.Single(sets.Single(set => set.Name == "MATH").Texts));
    }

    [Fact]
    public void Two_files_of_one_set_are_refused_with_both_names()
    {
        File.WriteAllText(Path.Combine(_folder, "math.txt"), "one and one is two");
        File.WriteAllText(Path.Combine(_folder, "Math.jsonl"), "{\"text\": \"two and two is four\"}");
        var refusal = Assert.Throws<RecipeException>(() => ProbeSets.Read(_folder)).Message;
        Assert.Contains("Math.jsonl and math.txt", refusal, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
