using System.Collections.Immutable;
using System.Diagnostics;
using Evo.Evaluation.Outcomes;
using Evo.Merging;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Search.Runs;
using Evo.Search.Workshop;

namespace Evo.Search.Loop;

/// <summary>Works out what a search will take.</summary>
internal sealed class SearchPlanner(SearchComposition composition)
{
    private const int ProbeItems = 8;
    private const long RunBytes = 80_000_000; // what a run takes over its probe: the store, compiled code, what the collector lets lie; measured 30 to 70 MB
    private const long BytesAnItem = 120; // a row of item_results with its key and a short output
    private const long BytesACandidate = 8_192; // recipe, coefficients, point, genome, evaluations
    private const long BytesAGeneration = 65_536; // optimizer state and front document

    /// <summary>Without scoring anything.</summary>
    public SearchPlan Plan()
    {
        var (space, setup, workshop) = (composition.Space, composition.Setup, composition.Workshop);
        var population = setup.Optimizer.Ask(setup.Optimizer.Start(setup.Problem(workshop), setup.Seed, workshop.Seeds)).Length;
        var budget = space.Search.Budget;
        long? byGenerations = budget.Generations * (long)population;
        var evaluations = (byGenerations, budget.Evaluations) is ({ } a, { } b) ? Math.Min(a, b) : byGenerations ?? budget.Evaluations;
        var start = StartPlan();
        var models = space.Models.Select(Model).ToImmutableArray();
        var items = setup.Subjects.Sum(subject => (long)subject.SearchItems.Length);
        return new SearchPlan
        {
            SpaceHash = space.ContentHash,
            Algorithm = space.Search.Algorithm,
            Seed = space.Search.Seed,
            Budget = budget,
            Genes = composition.Codec.Layout.Genes,
            Population = population,
            Evaluations = evaluations,
            Baselines = workshop.Baselines.Length,
            Tasks = Tasks(),
            Models = models,
            CandidateParameters = start.Tensors.Sum(tensor => tensor.Output.ElementCount),
            PeakMemoryBytes = models.Sum(model => model.Bytes) + start.Estimate.CandidateBytes + start.Estimate.LargestTensorBytes,
            PreparedMemoryBytes = CpuMergeEngine.DefaultPreparedMemoryBytes,
            DiskBytes = ((evaluations ?? 0) + workshop.Baselines.Length) * ((items * BytesAnItem) + BytesACandidate)
                + ((evaluations ?? 0) / population * BytesAGeneration),
            Warnings = Warnings(evaluations),
        };
    }

    /// <summary>With the start recipe merged and scored on a few items of every task.</summary>
    /// <exception cref="RunException">The start recipe cannot be merged or scored on this machine.</exception>
    public async Task<SearchPlan> ProbeAsync(CancellationToken cancellation)
    {
        var plan = Plan();
        var seconds = await SecondsOfOneAsync(cancellation).ConfigureAwait(false);
        var subjects = composition.Setup.Subjects;
        var share = subjects.Sum(subject => subject.ReportItems.Length) / (double)Math.Max(1, subjects.Sum(subject => subject.SearchItems.Length));
        var rescored = plan.Baselines + (plan.Population * composition.Setup.Counting.Length / 2.0); // fronts grow with the objectives
        return plan with
        {
            SecondsPerCandidate = seconds,
            TotalSeconds = plan.Evaluations is { } evaluations
                ? seconds * (evaluations + plan.Baselines + (rescored * share))
                : plan.Budget.Hours * 3600,
            PeakMemoryBytes = Math.Max(plan.PeakMemoryBytes, Process.GetCurrentProcess().PeakWorkingSet64) + RunBytes,
        };
    }

    private async Task<double> SecondsOfOneAsync(CancellationToken cancellation)
    {
        var blueprint = composition.Workshop.Draw(composition.Start);
        try
        {
            // The first merge prepares what later ones find prepared, and the first items warm the session up: neither is counted.
            var piece = composition.Workshop.Build(blueprint, cancellation);
            foreach (var subject in composition.Setup.Subjects)
                await ScoreAsync(piece, subject, 1, cancellation).ConfigureAwait(false);

            var watch = Stopwatch.StartNew();
            piece = composition.Workshop.Build(blueprint, cancellation);
            var seconds = watch.Elapsed.TotalSeconds;
            foreach (var subject in composition.Setup.Subjects)
            {
                watch.Restart();
                var items = await ScoreAsync(piece, subject, ProbeItems, cancellation).ConfigureAwait(false);
                seconds += watch.Elapsed.TotalSeconds * (items == 0 ? 1 : subject.SearchItems.Length / (double)items);
            }

            return seconds;
        }
        catch (NonFiniteMergeException exception)
        {
            throw new RunException(RunProblem.Usage, $"{composition.Space.Path}: the start recipe cannot be used: {exception.Message}", exception);
        }
    }

    private async Task<int> ScoreAsync(Workpiece piece, SearchObjective subject, int most, CancellationToken cancellation)
    {
        if (subject.Task is null)
        {
            composition.Workshop.Measure(subject.Description.Metric);
            return 0;
        }

        var items = subject.SearchItems.Take(most).ToImmutableArray();
        return await piece.Evaluator.EvaluateAsync(piece.Candidate, subject.Task, items, cancellation).ConfigureAwait(false) switch
        {
            EvaluationOutcome.Scored => items.Length,
            EvaluationOutcome.CandidateInvalid bad => throw new RunException(
                RunProblem.Usage, $"{composition.Space.Path}: the start recipe cannot be scored: {bad.Reason}"),
            EvaluationOutcome.InfrastructureFailed failed => throw new RunException(RunProblem.Environment, failed.Reason),
            EvaluationOutcome.Lost lost => throw new RunException(RunProblem.Environment, lost.Reason),
            _ => throw new UnreachableException(),
        };
    }

    private MergePlan StartPlan() => ((PlannedBlueprint)composition.Workshop.Draw(composition.Start)).Plan!;

    private PlannedModel Model(string name)
    {
        var folder = composition.Parents[name];
        return new PlannedModel(
            name, composition.Parents.ContentHash(name), folder.Tensors.Sum(tensor => tensor.ByteLength), folder.Tensors.Sum(tensor => tensor.ElementCount));
    }

    private ImmutableArray<PlannedTask> Tasks() =>
    [
        .. composition.Setup.Objectives.Where(objective => objective.Task is not null).GroupBy(objective => objective.Description.Subject)
            .Select(group => new PlannedTask(
                group.First().Task!.Name, group.First().Description.Metric, [.. group.Select(objective => objective.Description.Name)],
                group.First().SearchItems.Length, group.First().ReportItems.Length)),
    ];

    private ImmutableArray<string> Warnings(long? evaluations)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (composition.Setup.Objectives.Any(objective => objective.Task is not null)
            && composition.Setup.Objectives.All(objective => objective.ReportItems.IsEmpty))
            warnings.Add("splits.report is 0: no item is held out, so the front's scores will be those that it was chosen by.");
        if (evaluations < 10 * composition.Codec.Layout.Count)
            warnings.Add($"{evaluations} evaluations are few for {composition.Codec.Layout.Count} genes; a rule of thumb is ten a gene.");
        foreach (var baseline in composition.Workshop.Baselines)
        {
            if (baseline.Blueprint.Problem is { } problem)
                warnings.Add($"the {baseline.Kind} '{baseline.Name}' cannot be scored for comparison: {problem}");
        }

        return warnings.ToImmutable();
    }
}
