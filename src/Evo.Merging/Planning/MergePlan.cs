using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Merging.Calibration;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>A recipe resolved to single tensors of concrete models, and checked: what is planned can be carried out.</summary>
public sealed class MergePlan
{
    private readonly Lazy<string> _contentId;

    private MergePlan(MergeRecipe recipe, ModelFolder donor, JsonObject config, ImmutableArray<PlannedTensor> tensors, ImmutableArray<CopiedTensor> copied)
    {
        Recipe = recipe;
        Donor = donor;
        OutputConfig = config;
        Tensors = tensors;
        Copied = copied;
        Layout = new WeightLayout(tensors.Select(tensor => tensor.Output));
        Estimate = MergeEstimate.Of(tensors, copied, Layout.ElementCount);
        var allTensors = new Lazy<string>(() => PlanIdentity.Of(tensors.Select(tensor => tensor.OwnId)));
        foreach (var tensor in tensors)
            tensor.StandIn(allTensors);
        _contentId = new Lazy<string>(() => PlanIdentity.Of(this));
    }

    public MergeRecipe Recipe { get; }

    /// <summary>The model that configuration and tokenizer come from: the base, else the first model named.</summary>
    public ModelFolder Donor { get; }

    /// <summary>Output tensors from the embedding through the layers to the head; slot i of the layout is tensor i.</summary>
    public ImmutableArray<PlannedTensor> Tensors { get; }

    /// <summary>Integer tensors and constants, carried over to a written model.</summary>
    public ImmutableArray<CopiedTensor> Copied { get; }

    /// <summary>A candidate buffer's layout. Where the head is tied to the embedding there is one copy, the embedding.</summary>
    public WeightLayout Layout { get; }

    /// <summary>config.json of the result.</summary>
    public JsonObject OutputConfig { get; }

    public MergeEstimate Estimate { get; }

    /// <summary>
    /// SHA-256, in hex, of the effective recipe of every tensor and the content of the inputs: the same for two recipes that give the same model, whatever
    /// their paths. Computed at the first use, which reads the parents once in full.
    /// </summary>
    public string ContentId => _contentId.Value;

    /// <summary>Resolves and checks a recipe.</summary>
    /// <param name="parents">The models that it names, opened.</param>
    /// <exception cref="RecipeException">
    /// Models that do not fit together, a parameter that is missing or out of range, layers that there are not; the message names model, tensor and remedy.
    /// </exception>
    public static MergePlan Create(MergeRecipe recipe, ParentModels parents)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(parents);
        RequirePlannable(recipe);
        var method = MergeMethods.Find(recipe.MergeMethod) ?? throw new RecipeException($"{recipe.SourceName}: unknown method '{recipe.MergeMethod}'");
        if (!method.Needs.NeedsBase && MergeModifiers.UsedBy(recipe) is [var modifier, ..])
            throw new RecipeException($"{recipe.SourceName}: '{modifier.Name}_...' changes the merged task vector, and the method '{method.Name}' has none; "
                + "take a method with a base_model, or leave the parameter out");
        var slices = OutputSlice.Of(recipe, method, parents);
        var donor = parents.Index(recipe.ReferencedModels[0]);
        foreach (var source in slices.SelectMany(slice => slice.Sources))
            if (source.Parent != donor)
                parents.RequireCompatible(donor.Name, source.Parent.Name);
        var planner = new TensorPlanner(recipe, method, slices, donor);
        planner.Plan();
        if (planner.Tensors.IsEmpty)
            throw new RecipeException($"{recipe.SourceName}: there is no floating-point tensor to merge in {string.Join(", ", recipe.ReferencedModels)}");
        foreach (var tensor in planner.Tensors)
            tensor.Calibration = parents.Calibration;
        PlanCalibration.Require(recipe, parents, planner.Tensors);
        return new MergePlan(recipe, donor.Folder, Planning.OutputConfig.Of(recipe, slices, donor), planner.Tensors, planner.Copied);
    }

    private static void RequirePlannable(MergeRecipe recipe)
    {
        if (recipe.Modules is [var module, ..])
            throw recipe.Refuse(module.Place, "'modules' cannot be planned yet");
        if (recipe.OutputTokenizer is { } tokenizer && tokenizer != new TokenizerRecipe(TokenizerRecipe.Base, [], null))
            throw recipe.Refuse(tokenizer.Place, "only 'tokenizer_source: base' can be planned yet");
        if (recipe.Stages is [var stage, ..])
            throw recipe.Refuse(stage.Place, "several merges in one file cannot be planned yet");
        if (recipe.ChatTemplate is { } template && !template.Contains('{', StringComparison.Ordinal))
            throw recipe.Refuse(recipe.Place, "only a Jinja template itself can be planned yet");
    }
}
