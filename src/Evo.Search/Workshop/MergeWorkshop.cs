using System.Collections.Immutable;
using Evo.Evaluation;
using Evo.Merging;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Optimization;
using Evo.Search.Loop;
using Evo.Search.Spaces;

namespace Evo.Search.Workshop;

/// <summary>
/// The real workshop: parents stay mapped, candidates are merged into one buffer that the inference session reads. The buffer and its
/// session are rebuilt only when a candidate has another shape.
/// </summary>
internal sealed class MergeWorkshop : IWorkshop
{
    private readonly SearchSpace _space;
    private readonly ParentModels _parents;
    private readonly GenomeCodec _codec;
    private readonly IMergeEngine _engine;
    private readonly TensorHealth _health = new();
    private CandidateBench? _bench;
    private MergePlan? _built;

    /// <param name="parents">The space's models; they stay the caller's and must outlive the workshop.</param>
    /// <param name="engine">Disposed with the workshop.</param>
    public MergeWorkshop(SearchSpace space, ParentModels parents, GenomeCodec codec, IMergeEngine engine)
    {
        (_space, _parents, _codec, _engine) = (space, parents, codec, engine);
        Seeds = codec.Seeds();
        Baselines = DrawBaselines();
    }

    public ImmutableArray<Variable> Variables => _codec.Variables;

    public ImmutableArray<ImmutableArray<double>> Seeds { get; }

    public ImmutableArray<BaselineBlueprint> Baselines { get; }

    public Blueprint Draw(ImmutableArray<double> point)
    {
        var genome = _codec.FromUnit(point.AsSpan());
        return PlannedBlueprint.Draw(genome, () => _codec.Decode(genome.AsSpan()), _parents);
    }

    /// <summary>Sets the bench up for a blueprint's shape, so that a model which cannot be run is refused before any work.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The architecture or the tokenizer cannot be run.</exception>
    public void Prepare(Blueprint blueprint) => BenchFor(((PlannedBlueprint)blueprint).Plan!);

    public Workpiece Build(Blueprint blueprint, CancellationToken cancellation)
    {
        var plan = ((PlannedBlueprint)blueprint).Plan ?? throw new RecipeException(blueprint.Problem!);
        var bench = BenchFor(plan);
        _engine.Merge(plan, bench.Weights, cancellation);
        _built = plan;
        return new Workpiece(new Candidate(blueprint.Id, bench.Weights), bench.Evaluator);
    }

    public double Measure(string measure) => measure switch
    {
        Measures.TaskVectorL1 => TaskVectorLength.MeanL1(
            _bench!.Weights, _parents, _space.BaseModel ?? throw new InvalidOperationException($"the measure '{measure}' needs a base_model")),
        Measures.UnhealthyTensors => _health.ShareOfUnhealthy(_bench!.Weights, _built!),
        _ => throw new InvalidOperationException($"there is no measure '{measure}'"),
    };

    public void Dispose()
    {
        _bench?.Dispose();
        _engine.Dispose();
    }

    private CandidateBench BenchFor(MergePlan plan)
    {
        if (_bench is not null && !_bench.Fits(plan))
        {
            _bench.Dispose();
            _bench = null;
        }

        return _bench ??= CandidateBench.For(plan, _space.Evaluator);
    }

    private ImmutableArray<BaselineBlueprint> DrawBaselines()
    {
        var baselines = ImmutableArray.CreateBuilder<BaselineBlueprint>();
        foreach (var model in _space.Models)
            baselines.Add(new BaselineBlueprint(model, model == _space.BaseModel ? "base" : "parent", Draw(() => _codec.Single(model))));
        if (_space.Models.Count(model => model != _space.BaseModel) > 1)
            baselines.Add(new BaselineBlueprint("uniform", "uniform", Draw(_codec.Uniform)));
        return baselines.ToImmutable();

        Blueprint Draw(Func<Evo.Merging.Recipes.MergeRecipe> recipe) => PlannedBlueprint.Draw([], recipe, _parents);
    }
}
