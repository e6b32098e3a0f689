using System.Collections.Immutable;
using Evo.Merging.Planning;
using Evo.Search.Spaces;

namespace Evo.Search.Tests.Spaces;

/// <summary>Search spaces over real (tiny) models, and their recipes resolved by the real planner.</summary>
internal sealed class CodecFixture : IDisposable
{
    private readonly SpaceFolder _folder = new();
    private readonly List<ParentModels> _opened = [];

    public CodecFixture(int layers = 5, bool tied = false)
    {
        foreach (var (model, value) in (ReadOnlySpan<(string, float)>)[("base", 1), ("arithmetic", 2), ("sorting", 3)])
            TinyModel.Write(Path.Combine(_folder.Root, "models", model), layers, tied, value);
    }

    public string Root => _folder.Root;

    public ParentModels Parents { get; private set; } = null!;

    public string Refusal(string recipe) => Assert.Throws<SearchSpaceException>(() => Codec(recipe)).Message;

    public GenomeCodec Codec(string recipe)
    {
        var space = _folder.Read($"""
            recipe:
              {recipe.ReplaceLineEndings("\n  ")}
            objectives:
              - name: a
                task: tasks/arithmetic.yaml
                goal: maximize
            search:
              algorithm: nsga2
              budget:
                generations: 1
            """);
        Parents = ParentModels.Open(space.Models, space.Folder);
        _opened.Add(Parents);
        return new GenomeCodec(space, Parents);
    }

    public MergePlan Plan(GenomeCodec codec, ImmutableArray<double> genome) => MergePlan.Create(codec.Decode(genome.AsSpan()), Parents);

    /// <summary>A genome whose genes all differ, by name.</summary>
    public static (ImmutableArray<double> Genome, Dictionary<string, double> ByName) Distinct(GenomeCodec codec)
    {
        var genes = codec.Layout.Genes;
        var unit = genes.Select((_, i) => (i + 1.0) / (genes.Length + 1)).ToArray();
        var genome = codec.FromUnit(unit);
        return (genome, genes.Select((gene, i) => (gene.Name, genome[i])).ToDictionary(pair => pair.Name, pair => pair.Item2));
    }

    public void Dispose()
    {
        _opened.ForEach(parents => parents.Dispose());
        _folder.Dispose();
    }
}
