using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Evo.Evaluation;
using Evo.Merging;
using Evo.Optimization;
using Evo.Search.Loop;
using Evo.Search.Runs;

namespace Evo.Search.Tests.Loop.Doubles;

/// <summary>
/// Candidates that are two numbers in steps of 1/50 (so that genomes meet). Points beyond <paramref name="invalidAbove"/> in the first gene
/// merge to NaN.
/// </summary>
internal sealed class PaperWorkshop(IEvaluator evaluator, double invalidAbove = 2) : IWorkshop
{
    private Blueprint? _built;

    public int Built { get; private set; }

    public ImmutableArray<Variable> Variables => [new(0, 1, 0.5), new(0, 1)];

    public ImmutableArray<ImmutableArray<double>> Seeds => [[0.5, 0.5]];

    public ImmutableArray<BaselineBlueprint> Baselines =>
    [
        new("models/base", "base", Paper([0.0, 0.0])),
        new("models/left", "parent", Paper([1.0, 0.0])),
        new("models/right", "parent", Paper([0.0, 1.0])),
        new("uniform", "uniform", Paper([0.5, 0.5])),
    ];

    public Blueprint Draw(ImmutableArray<double> point) => Paper([.. point.Select(x => Math.Round(x * 50) / 50)]);

    public Workpiece Build(Blueprint blueprint, CancellationToken cancellation)
    {
        if (blueprint.Genome[0] > invalidAbove)
            throw new NonFiniteMergeException("model.norm.weight");
        _built = blueprint;
        Built++;
        return new Workpiece(new Candidate(blueprint.Id), evaluator);
    }

    public double Measure(string measure) => _built!.Genome.Sum();

    public void Dispose()
    {
    }

    private static Blueprint Paper(ImmutableArray<double> genome)
    {
        var recipe = string.Create(CultureInfo.InvariantCulture, $"merge_method: linear\nweights: [{genome[0]}, {genome[1]}]\n");
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)));
        return new Blueprint(id, genome, recipe, [new Coefficient("models/left", "weight", 0, "attention", genome[0])]);
    }
}
