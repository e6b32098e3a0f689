using Evo.Checkpoints.Models;
using Evo.Cli.Commands;
using Evo.Evaluation.Calibration;
using Evo.Merging;
using Evo.Merging.Experts;
using Evo.Merging.Planning;
using Evo.Merging.ReadBudgets;
using Evo.Merging.Recipes;
using Evo.Search.Export;

namespace Evo.Cli.Sessions;

/// <summary>A recipe file with its models opened and its plan made. Dispose to close the models.</summary>
internal sealed class RecipeSession : IDisposable
{
    private readonly ParentModels _parents;
    private readonly PromptStates? _prompts;

    private RecipeSession(string method, ParentModels parents, PromptStates? prompts, MergePlan plan) =>
        (Method, _parents, _prompts, Plan) = (method, parents, prompts, plan);

    /// <summary>What the recipe does, for messages.</summary>
    public string Method { get; }

    public MergePlan Plan { get; private set; }

    /// <summary>What a read budget leaves out; null without one.</summary>
    public ReadBudgetReport? Budget { get; private set; }

    /// <param name="modelsFrom">The folder that relative model paths start from; null for the recipe's own.</param>
    public static RecipeSession Open(string recipe, string? modelsFrom, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(recipe);
        if (!File.Exists(path)) throw new RecipeException($"{path}: there is no such file");
        var text = File.ReadAllText(path);
        var experts = ExpertsRecipeReader.TryRead(text, path);
        var read = experts is null ? RecipeReader.Read(text, path) : null;
        var models = experts?.ReferencedModels ?? read!.ReferencedModels;
        var start = modelsFrom ?? Path.GetDirectoryName(path)!;
        var parents = ParentModels.Open(models, start, CandidateParents.Resolve(models, start, cancellation));
        PromptStates? prompts = null;
        try
        {
            prompts = experts is null ? null : new PromptStates(parents, experts.BaseModel, cancellation);
            var plan = experts is null ? MergePlan.Create(read!, parents) : ExpertsPlan.Create(experts, parents, prompts);
            return new RecipeSession(read?.MergeMethod ?? "mixture of experts", parents, prompts, plan);
        }
        catch
        {
            prompts?.Dispose();
            parents.Dispose();
            throw;
        }
    }

    /// <summary>Leaves the least important blocks out of the plan.</summary>
    /// <param name="budget">As users write it.</param>
    /// <param name="catalog">The folder of block statistics, where content hashes are kept too.</param>
    public void Limit(string budget, string catalog, CancellationToken cancellation)
    {
        ReadBudget.Require(Plan);
        var memory = new ContentHashMemory(catalog);
        foreach (var folder in Plan.Tensors.SelectMany(tensor => tensor.Models.Append(tensor.Base)).OfType<StoredTensor>().Select(source => source.Folder).Distinct())
            memory.Serve(folder);
        var bytes = MergeOptions.Bytes(budget, ReadBudget.ModelBytes(Plan))!.Value;
        (Plan, Budget) = ReadBudget.Apply(Plan, TaskVectorCatalog.Open(Plan, catalog, cancellation: cancellation), bytes);
    }

    public void Dispose()
    {
        _prompts?.Dispose();
        _parents.Dispose();
    }
}
