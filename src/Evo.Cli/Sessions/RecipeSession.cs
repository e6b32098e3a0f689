using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Cli.Commands;
using Evo.Evaluation.Calibration;
using Evo.Merging;
using Evo.Merging.Engines;
using Evo.Merging.Experts;
using Evo.Merging.Planning;
using Evo.Merging.ReadBudgets;
using Evo.Merging.Recipes;
using Evo.Search.Export;

namespace Evo.Cli.Sessions;

/// <summary>A recipe file with its models opened and its plan made, stages included. Dispose to close the models.</summary>
internal sealed class RecipeSession : IDisposable
{
    private readonly IDisposable[] _owned;

    private readonly string _folder;

    private RecipeSession(string method, MergePlan plan, StagedMerge? merge, string folder, params IDisposable[] owned) =>
        (Method, Plan, Merge, _folder, _owned) = (method, plan, merge, folder, owned);

    /// <summary>What the recipe does, for messages.</summary>
    public string Method { get; }

    /// <summary>The plan of the result.</summary>
    public MergePlan Plan { get; private set; }

    /// <summary>The result with the merges that it is built on; null for a mixture of experts, which has no stages.</summary>
    public StagedMerge? Merge { get; }

    /// <summary>What a read budget leaves out; null without one.</summary>
    public ReadBudgetReport? Budget { get; private set; }

    /// <param name="modelsFrom">The folder that relative model paths start from; null for the recipe's own.</param>
    /// <param name="output">The folder to make; null when nothing will be written.</param>
    /// <param name="memory">Bytes that writing a candidate which the recipe names as a parent may take; null for the default.</param>
    /// <param name="announce">Told a line before a model is run for its statistics.</param>
    public static RecipeSession Open(string recipe, string? modelsFrom, string? output, long? memory, Action<string> announce, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(recipe);
        if (!File.Exists(path)) throw new RecipeException($"{path}: there is no such file");
        var text = File.ReadAllText(path);
        var start = modelsFrom ?? Path.GetDirectoryName(path)!;
        if (ExpertsRecipeReader.TryRead(text, path) is { } experts)
            return OfExperts(experts, OpenModels(experts.ReferencedModels, ImmutableDictionary<string, string>.Empty), Path.GetDirectoryName(path)!, cancellation);
        var read = RecipeReader.Read(text, path);
        var merge = StagedMerge.Plan(read, output ?? Path.Combine(Path.GetTempPath(), "evo-plan"), Open);
        return new RecipeSession(read.MergeMethod, merge.Result, merge, Path.GetDirectoryName(path)!, merge);

        ParentModels OpenModels(ImmutableArray<string> names, ImmutableDictionary<string, string> stages) =>
            ParentModels.Open(names, start, CandidateParents.Resolve(names, start, memory, cancellation).SetItems(stages));

        ParentModels Open(MergeRecipe one, ImmutableDictionary<string, string> stages)
        {
            var parents = OpenModels(one.ReferencedModels, stages);
            try
            {
                CalibrationSource.Attach(one.Calibration, parents, start, announce, cancellation: cancellation);
                return parents;
            }
            catch
            {
                parents.Dispose();
                throw;
            }
        }
    }

    /// <summary>Leaves the least important blocks out of the plan.</summary>
    /// <param name="budget">As users write it.</param>
    /// <param name="named">The folder of block statistics, where content hashes are kept too; null for the one beside the recipe.</param>
    public void Limit(string budget, string? named, CancellationToken cancellation)
    {
        var catalog = named ?? Path.Combine(_folder, ".evo", "task-vectors");
        if (Merge is { Stages.IsEmpty: false })
            throw new RecipeException("a read budget takes a single merge; write the merges that this one is built on first, and name their folders");
        ReadBudget.Require(Plan);
        var memory = new ContentHashMemory(catalog);
        foreach (var folder in Plan.Tensors.SelectMany(tensor => tensor.Models.Append(tensor.Base)).OfType<StoredTensor>().Select(source => source.Folder).Distinct())
            memory.Serve(folder);
        var bytes = MergeOptions.Bytes(budget, ReadBudget.ModelBytes(Plan))!.Value;
        (Plan, Budget) = ReadBudget.Apply(Plan, TaskVectorCatalog.Open(Plan, catalog, cancellation: cancellation), bytes);
    }

    /// <summary>Carries the stages and then the result out.</summary>
    /// <param name="write">Writes one plan to a folder.</param>
    /// <param name="identify">Whether the identity of the result is asked for.</param>
    /// <returns>The result's content id when it is asked for, else null.</returns>
    public string? Write(Action<MergePlan, string> write, string folder, bool identify)
    {
        if (Merge is { } merge && Budget is null)
            return merge.Write(write, identify);
        write(Plan, folder);
        return identify ? Plan.ContentId : null;
    }

    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
    }

    private static RecipeSession OfExperts(ExpertsRecipe experts, ParentModels parents, string folder, CancellationToken cancellation)
    {
        PromptStates? prompts = null;
        try
        {
            prompts = new PromptStates(parents, experts.BaseModel, cancellation);
            return new RecipeSession("mixture of experts", ExpertsPlan.Create(experts, parents, prompts), null, folder, prompts, parents);
        }
        catch
        {
            prompts?.Dispose();
            parents.Dispose();
            throw;
        }
    }
}
