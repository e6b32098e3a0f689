using Evo.Merging.Planning;
using Evo.Search.Spaces;

namespace Evo.Search.Tests.Spaces;

/// <summary>The search spaces in the repository are valid, and are the size that their comments say.</summary>
public sealed class ShippedSpacesTests
{
    [Theory]
    [InlineData("quickstart.yaml", 9)]
    [InlineData("single-objective.yaml", 9)]
    [InlineData("large-genome.yaml", 57)]
    public void A_shipped_space_reads_and_every_seed_of_it_is_a_merge(string file, int genes)
    {
        var space = SearchSpaceReader.Read(Path.Combine(Folder(), file));
        using var parents = ParentModels.Open(space.Models, space.Folder);
        var codec = new GenomeCodec(space, parents);

        Assert.Equal(genes, codec.Layout.Count);
        foreach (var seed in codec.Seeds())
            MergePlan.Create(codec.Decode(codec.FromUnit(seed.AsSpan()).AsSpan()), parents);
        MergePlan.Create(codec.Uniform(), parents);
        foreach (var model in space.Models)
            MergePlan.Create(codec.Single(model), parents);
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "search-spaces", "models")))
                return Path.Combine(folder.FullName, "search-spaces");
        }

        throw new DirectoryNotFoundException("the repository's search-spaces folder");
    }
}
