using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Merging.Calibration;
using Evo.Merging.Experts;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>A recipe resolved to single tensors of concrete models, and checked: what is planned can be carried out.</summary>
public sealed class MergePlan
{
    private readonly Lazy<string> _contentId;
    private Lazy<ImmutableArray<CompanionFile>> _companions = new([]);

    private MergePlan(MergeRecipe recipe, ModelFolder donor, JsonObject config, ImmutableArray<PlannedTensor> tensors, ImmutableArray<CopiedTensor> copied)
    {
        Recipe = recipe;
        Donor = donor;
        OutputConfig = config;
        Tensors = tensors;
        Copied = copied;
        Layout = new WeightLayout(tensors.Select(tensor => tensor.Output));
        Estimate = MergeEstimate.Of(tensors, copied, Layout.ElementCount);
        var readings = new PlanReadings(tensors);
        foreach (var tensor in tensors)
            tensor.StandIn(readings);
        _contentId = new Lazy<string>(() => PlanIdentity.Of(this));
    }

    public MergeRecipe Recipe { get; }

    /// <summary>The recipe of a mixture of experts, which then takes the place of <see cref="Recipe"/>; null for all others.</summary>
    public ExpertsRecipe? Experts { get; private init; }

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

    /// <summary>
    /// The files that a written model has beside config.json and the weights: tokenizer (of a recipe with a tokenizer section, the merged one), generation
    /// settings, and those that multimodal models bring.
    /// </summary>
    public ImmutableArray<CompanionFile> Companions => _companions.Value;

    /// <summary>SHA-256 of the tokenizer that is made for the result; null when the result has the donor's.</summary>
    public string? TokenizerId { get; private init; }

    /// <summary>The Jinja template that takes the place of the tokenizer's own, or null.</summary>
    public string? ChatTemplate { get; private init; }

    /// <summary>Sentences on what the plan does that the recipe does not say in so many words: cropped vocabularies, parts taken over unchanged.</summary>
    public ImmutableArray<string> Notes { get; private init; } = [];

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
        var method = MergeMethods.Find(recipe.MergeMethod) ?? throw new RecipeException($"{recipe.SourceName}: unknown method '{recipe.MergeMethod}'");
        if (!method.Needs.NeedsBase && !(method.Needs.TakesBase && recipe.BaseModel is not null) && MergeModifiers.UsedBy(recipe) is [var modifier, ..])
            throw new RecipeException($"{recipe.SourceName}: '{modifier.Name}_...' changes the merged task vector, and the method '{method.Name}' has none; "
                + "take a method with a base_model, or leave the parameter out");
        var notes = new PlanNotes();
        var models = recipe.ReferencedModels.Select(parents.Index).ToImmutableArray();
        var donor = models[0];
        foreach (var model in models)
            if (model != donor && !ArchitectureMap.IsNeeded(recipe, method, donor, model))
                parents.RequireCompatible(donor.Name, model.Name);
        var modules = new OutputModules(recipe, method, parents, donor, notes).All();
        var vocabulary = new VocabularyTensors(recipe, parents, donor, WithVocabulary(modules), notes);
        var planner = new TensorPlanner(recipe, donor, vocabulary, notes);
        foreach (var module in modules)
            planner.Plan(module);
        if (planner.Tensors.IsEmpty)
            throw new RecipeException($"{recipe.SourceName}: there is no floating-point tensor to merge in {string.Join(", ", recipe.ReferencedModels)}");
        foreach (var tensor in planner.Tensors)
            tensor.Calibration = parents.Calibration;
        PlanCalibration.Require(recipe, parents, planner.Tensors);
        var config = new OutputConfig(recipe, donor, vocabulary, notes);
        var template = ChatTemplateChoice.Of(recipe, parents, notes);
        return new MergePlan(recipe, donor.Folder, config.Of(modules, planner.UntiesHead), planner.Tensors, planner.Copied)
        {
            _companions = new Lazy<ImmutableArray<CompanionFile>>(() => Planning.Companions.Of(donor, vocabulary.Vocabulary, config, template)),
            TokenizerId = vocabulary.Vocabulary?.ContentId,
            ChatTemplate = template,
            Notes = notes.All,
        };
    }

    /// <summary>The plan of a mixture of experts, whose tensors are put together elsewhere.</summary>
    internal static MergePlan OfExperts(ExpertsRecipe recipe, ParentIndex donor, JsonObject config, ImmutableArray<PlannedTensor> tensors) => new(
        new MergeRecipe { MergeMethod = "passthrough", BaseModel = recipe.BaseModel, Dtype = recipe.Dtype, SourceName = recipe.SourceName, Place = recipe.Place },
        donor.Folder, config, tensors, [])
    {
        _companions = new Lazy<ImmutableArray<CompanionFile>>(() =>
            [.. donor.Folder.TokenizerFiles.Append(donor.Folder.GenerationConfigFile).OfType<string>().Select(CompanionFile.Copy)]),
        Experts = recipe,
    };

    /// <summary>The same plan with other ways to the same tensors.</summary>
    internal MergePlan With(ImmutableArray<PlannedTensor> tensors) => new(Recipe, Donor, OutputConfig, [.. tensors.Select(tensor => tensor.With(tensor.Models))], Copied)
    {
        _companions = _companions, TokenizerId = TokenizerId, ChatTemplate = ChatTemplate, Notes = Notes, Experts = Experts,
    };

    /// <summary>The models that give the result its embedding or its head.</summary>
    private static ImmutableArray<ParentIndex> WithVocabulary(ImmutableArray<OutputModule> modules) =>
        [.. modules[0].Slices[0].Sources.Concat(modules[0].Slices[^1].Sources).Where(source => !source.IsMapped).Select(source => source.Parent).Distinct()];
}
