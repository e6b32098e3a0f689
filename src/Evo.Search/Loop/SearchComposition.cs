using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Evaluation.Calibration;
using Evo.Evaluation.Scoring;
using Evo.Evaluation.Tasks;
using Evo.Inference;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Optimization;
using Evo.Search.Runs;
using Evo.Search.Export;
using Evo.Search.Spaces;
using Evo.Search.Workshop;

namespace Evo.Search.Loop;

/// <summary>
/// A search space with everything that it names: models opened, tasks read and split, algorithm made, start recipe planned. Dispose to
/// close the models.
/// </summary>
internal sealed class SearchComposition : IDisposable
{
    private static readonly string[] Shares = ["exact_match", "contains", "regex", "f1", "accuracy", "accuracy_norm"];

    private SearchComposition(SearchSpace space, ParentModels parents, GenomeCodec codec, SearchSetup setup, MergeWorkshop workshop)
    {
        (Space, Parents, Codec, Setup, Workshop) = (space, parents, codec, setup, workshop);
    }

    public SearchSpace Space { get; }

    public ParentModels Parents { get; }

    public GenomeCodec Codec { get; }

    public SearchSetup Setup { get; }

    public MergeWorkshop Workshop { get; }

    /// <summary>Models and tasks by the hash of what they hold. Reads the models in full at the first use.</summary>
    public ImmutableArray<RunInput> Inputs =>
    [
        .. Space.Models.Select(name => new RunInput("model", name, Parents.ContentHash(name))),
        .. Setup.Objectives.Where(objective => objective.Task is not null)
            .Select(objective => new RunInput("task", objective.Description.Name, objective.Description.Subject)),
        .. Parents.Calibration is CalibrationSource texts ? new[] { new RunInput("calibration", "texts", texts.ContentId) } : [],
    ];

    /// <summary>Where the search starts: the space's start where it gives one, else the middle.</summary>
    public ImmutableArray<double> Start => [.. Codec.Variables.Select(variable => variable.Initial ?? 0.5)];

    /// <inheritdoc cref="SearchRunner.Validate"/>
    /// <param name="run">The run that calibration statistics are kept with; null before there is one, when they are kept beside the search space.</param>
    public static SearchComposition Open(SearchSpace space, RunDirectory? run = null)
    {
        ParentModels? parents = null;
        MergeWorkshop? workshop = null;
        try
        {
            RequireDevice(space);
            var setup = new SearchSetup(CreateOptimizer(space), space.Search.Seed, [.. space.Objectives.Select(objective => Compose(space, objective))]);
            RequireFit(space, setup);
            parents = ParentModels.Open(space.Models, space.Folder, CandidateParents.Resolve(space.Models, space.Folder));
            CalibrationSource.Attach(RecipeReader.ReadCalibration(space.Recipe, space.Path), parents, space.Folder, statistics: run?.Statistics);
            var codec = new GenomeCodec(space, parents);
            workshop = new MergeWorkshop(space, parents, codec, new CpuMergeEngine(space.Evaluator.Workers));
            RequirePlannable(space, codec, parents);
            RequireAlgorithmTakes(space, setup, workshop);
            return new SearchComposition(space, parents, codec, setup, workshop);
        }
        catch
        {
            workshop?.Dispose();
            parents?.Dispose();
            throw;
        }
    }

    /// <summary>Sets up inference for the start, so that an architecture or tokenizer that cannot be run is refused before any work.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">It cannot.</exception>
    public SearchComposition Runnable()
    {
        try
        {
            Workshop.Prepare(Workshop.Draw(Start));
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public RunRow Describe(RunDirectory directory, DateTimeOffset now) => new()
    {
        RunId = RunIdentity.Of(Space.ContentHash, Inputs),
        SpaceHash = Space.ContentHash,
        SpacePath = Space.Path,
        SpaceFromRun = Path.GetRelativePath(directory.Path, Space.Path),
        Device = Space.Evaluator.Device,
        Resolved = Space.ResolvedYaml,
        Algorithm = Space.Search.Algorithm,
        Seed = Space.Search.Seed,
        Objectives = [.. Setup.Objectives.Select(objective => objective.Description)],
        SpaceBudget = Space.Search.Budget,
        Budget = Space.Search.Budget,
        State = RunState.Running,
        StartedAt = now,
        UpdatedAt = now,
    };

    public void Dispose()
    {
        Workshop.Dispose();
        Parents.Dispose();
    }

    private static SearchObjective Compose(SearchSpace space, Objective objective)
    {
        if (objective.Measure is { } measure)
        {
            return new SearchObjective(
                new RunObjective(objective.Name, objective.Goal, objective.ReportOnly, "measure:" + measure, measure),
                Task: null, SearchItems: [], ReportItems: [], Estimate: null, IsShare: false);
        }

        var task = TaskReader.Read(objective.TaskPath!, objective.Metric);
        var split = TaskSplits.Split(task, space.Splits.Search, space.Splits.Report);
        var metric = Metrics.Of(task);
        return new SearchObjective(
            new RunObjective(objective.Name, objective.Goal, objective.ReportOnly, task.ContentHash, metric.Name),
            task, split.Search, split.Report, metric.Estimate, Shares.Contains(metric.Name));
    }

    private static void RequireDevice(SearchSpace space)
    {
        try
        {
            DecoderModel.RequireDevice(space.Evaluator.Device);
        }
        catch (DllNotFoundException exception)
        {
            throw new RunException(RunProblem.Environment, $"{space.Path}: evaluator: {exception.Message}", exception);
        }
    }

    private static IOptimizer CreateOptimizer(SearchSpace space)
    {
        var settings = (JsonObject)space.Search.Settings.DeepClone();
        if (space.Search.Population is { } population)
            settings["population"] = population;
        try
        {
            return Optimizers.Create(space.Search.Algorithm, settings);
        }
        catch (OptimizerSettingsException exception)
        {
            throw new SearchSpaceException($"{space.Path}: search: {exception.Message}", exception);
        }
    }

    private static void RequireFit(SearchSpace space, SearchSetup setup)
    {
        if (setup.Counting.Length > 1 && Optimizers.Find(space.Search.Algorithm) is { ManyObjectives: false })
            throw new SearchSpaceException(
                $"{space.Path}: search: '{space.Search.Algorithm}' optimises one objective and there are {setup.Counting.Length}; "
                + "give all but one report_only: true, or take nsga2.");
        var budget = space.Search.Budget;
        if (budget is { Usd: not null, Generations: null, Evaluations: null, Hours: null, Tokens: null })
            throw new SearchSpaceException(
                $"{space.Path}: search: the budget is money alone, and the evaluator '{space.Evaluator.Kind}' costs none: "
                + "the run would never end. Add generations, evaluations, hours or tokens.");
        foreach (var objective in space.Objectives)
        {
            if (objective.Measure is not null && space.BaseModel is null)
                throw new SearchSpaceException(
                    $"{space.Path}: objective '{objective.Name}': the measure '{objective.Measure}' needs a base_model in the recipe.");
        }
    }

    /// <summary>Plans the start: what is wrong with it is wrong with the space, not with one genome.</summary>
    private static void RequirePlannable(SearchSpace space, GenomeCodec codec, ParentModels parents)
    {
        var start = codec.Variables.Select(variable => variable.Initial ?? 0.5).ToArray();
        MergePlan.Create(codec.Decode(codec.FromUnit(start).AsSpan()), parents);
        if (codec.Layout.Count == 0)
            throw new SearchSpaceException($"{space.Path}: the recipe has no range to search; give a number as {{search: [low, high]}}.");
    }

    private static void RequireAlgorithmTakes(SearchSpace space, SearchSetup setup, MergeWorkshop workshop)
    {
        try
        {
            setup.Optimizer.Start(setup.Problem(workshop), setup.Seed, workshop.Seeds);
        }
        catch (ArgumentException exception)
        {
            throw new SearchSpaceException(
                $"{space.Path}: search: '{setup.Optimizer.Name}' cannot search this space: {exception.Message}", exception);
        }
    }
}
