using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Engines;

/// <summary>
/// A recipe with the merges that it is built on: all of it is planned and checked before any work. Stages are written to a hidden folder beside the output
/// and removed as soon as nothing needs them; a recipe without stages makes no such folder.
/// </summary>
public sealed class StagedMerge : IDisposable
{
    private readonly MergeRecipe _recipe;
    private readonly string _output;
    private readonly string _temporary;
    private readonly Func<MergeRecipe, ImmutableDictionary<string, string>, ParentModels> _open;
    private readonly ParentModels _parents;

    private StagedMerge(MergeRecipe recipe, string output, Func<MergeRecipe, ImmutableDictionary<string, string>, ParentModels> open)
    {
        (_recipe, _output, _open) = (recipe, output, open);
        _temporary = Path.Combine(Path.GetDirectoryName(output) ?? output, $".{Path.GetFileName(output)}.{Guid.NewGuid():N}.tmp");
        try
        {
            var skeletons = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var stage in recipe.Stages)
            {
                using var parents = open(stage, skeletons.ToImmutable());
                var plan = MergePlan.Create(stage, parents);
                var folder = Path.Combine(_temporary, $"plan-{Stages.Length}");
                ModelSkeleton.Write(folder, plan.OutputConfig, Tensors(plan));
                foreach (var file in plan.Companions)
                    file.Write(folder);
                skeletons.Add(stage.Name!, folder);
                Stages = Stages.Add(new MergeStage(stage.Name!, plan.Recipe, plan.Estimate, plan.Tensors.Length, plan.Notes));
            }

            _parents = open(recipe, skeletons.ToImmutable());
            Result = MergePlan.Create(recipe, _parents);
            TemporaryBytes = PeakBytes();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The merges that come first, in their order; empty for most recipes.</summary>
    public ImmutableArray<MergeStage> Stages { get; private set; } = [];

    /// <summary>
    /// The plan of the result. With stages it is made before they are: everything but the values of their results is known, and so not yet
    /// <see cref="MergePlan.ContentId"/>.
    /// </summary>
    public MergePlan Result { get; }

    /// <summary>Disk that the results of stages take beside the output at most, at any one time.</summary>
    public long TemporaryBytes { get; }

    /// <summary>Plans a recipe and its stages.</summary>
    /// <param name="output">The folder that the result will be written to; stages lie beside it.</param>
    /// <param name="open">Opens the models of one recipe; the second argument holds the folders of those that are stages.</param>
    /// <exception cref="RecipeException">One of the merges cannot be carried out.</exception>
    /// <exception cref="Evo.Checkpoints.CheckpointException">A model cannot be read, or there is no room beside the output.</exception>
    public static StagedMerge Plan(
        MergeRecipe recipe, string output, Func<MergeRecipe, ImmutableDictionary<string, string>, ParentModels> open)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(open);
        return new StagedMerge(recipe, Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)), open);
    }

    /// <summary>Carries the stages and then the result out.</summary>
    /// <param name="write">Writes one plan to a folder, as <see cref="FolderMerge"/> does.</param>
    /// <param name="identify">Whether the identity of the result is asked for, which takes one more reading of its models.</param>
    /// <returns><see cref="MergePlan.ContentId"/> of the written result when it is asked for, else null.</returns>
    public string? Write(Action<MergePlan, string> write, bool identify = false)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (Stages.IsEmpty)
        {
            write(Result, _output);
            return identify ? Result.ContentId : null;
        }

        var folders = ImmutableDictionary<string, string>.Empty;
        for (var stage = 0; stage < Stages.Length; stage++)
        {
            var folder = Path.Combine(_temporary, $"stage-{stage}");
            Carry(_recipe.Stages[stage], folders, folder, write, identify: false);
            folders = folders.Add(Stages[stage].Name, folder);
            foreach (var (name, done) in folders)
                if (LastUse(name) <= stage)
                    Directory.Delete(done, recursive: true);
            folders = folders.RemoveRange(folders.Keys.Where(name => LastUse(name) <= stage));
        }

        return Carry(_recipe, folders, _output, write, identify);
    }

    public void Dispose()
    {
        _parents?.Dispose();
        try
        {
            if (Directory.Exists(_temporary))
                Directory.Delete(_temporary, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What went wrong before matters more than what is left; it is hidden and named .tmp.
        }
    }

    private string? Carry(
        MergeRecipe recipe, ImmutableDictionary<string, string> stages, string folder, Action<MergePlan, string> write, bool identify)
    {
        using var parents = _open(recipe, stages);
        var plan = MergePlan.Create(recipe, parents);
        write(plan, folder);
        return identify ? plan.ContentId : null;
    }

    /// <summary>The last stage that is built on one; the number of stages when the result is.</summary>
    private int LastUse(string name) =>
        RecipeStages.Used(_recipe).Contains(name) ? Stages.Length : _recipe.Stages.IndexOf(_recipe.Stages.Last(stage => RecipeStages.Used(stage).Contains(name)));

    private long PeakBytes()
    {
        long peak = 0;
        for (var step = 0; step <= Stages.Length; step++)
            peak = Math.Max(peak, Stages.Index().Where(stage => stage.Index <= step && LastUse(stage.Item.Name) >= step).Sum(stage => stage.Item.Estimate.BytesWritten));
        return peak;
    }

    private static IEnumerable<Evo.Checkpoints.Tensors.TensorInfo> Tensors(MergePlan plan) =>
        plan.Tensors.Select(tensor => tensor.Output).Concat(plan.Copied.Select(copied => copied.Source.Tensor with { Name = copied.Name }));
}

/// <summary>A merge that another is built on.</summary>
/// <param name="Notes">As <see cref="MergePlan.Notes"/>.</param>
public sealed record MergeStage(string Name, MergeRecipe Recipe, MergeEstimate Estimate, int TensorCount, ImmutableArray<string> Notes);
