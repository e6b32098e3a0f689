using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Methods.TaskMasks;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>Walks the parts of the output model from the embedding through the layers to the head, and says of each tensor where it comes from.</summary>
internal sealed class TensorPlanner(MergeRecipe recipe, ParentIndex donor, VocabularyTensors vocabulary, PlanNotes notes)
{
    private static readonly IMergeMethod Passthrough = MergeMethods.Find("passthrough")!;

    private readonly ImmutableArray<IMergeModifier> _modifiers = MergeModifiers.UsedBy(recipe);
    private readonly ImmutableArray<PlannedTensor>.Builder _tensors = ImmutableArray.CreateBuilder<PlannedTensor>();
    private readonly ImmutableArray<CopiedTensor>.Builder _copied = ImmutableArray.CreateBuilder<CopiedTensor>();

    public ImmutableArray<PlannedTensor> Tensors => _tensors.ToImmutable();

    public ImmutableArray<CopiedTensor> Copied => _copied.ToImmutable();

    /// <summary>The result has a head although its donor ties it to the embedding: another model brought one.</summary>
    public bool UntiesHead { get; private set; }

    public void Plan(OutputModule module)
    {
        var slices = module.Slices;
        PlanOutside(module, slices[0], tensor => tensor.Place.Component == Component.Embedding);
        var outputLayer = 0;
        foreach (var slice in slices)
            for (var layer = 0; layer < slice.LayerCount; layer++)
                PlanLayer(module, slice, layer, outputLayer++);
        PlanOutside(module, slices[^1], tensor => tensor.Place.Component != Component.Embedding);
        if (MissingTensors.HeadOf(donor, module) is { } head && _tensors.All(tensor => tensor.Output.Name != head.Info.Name))
            PlanOutside(module, slices[^1], head, donor);
    }

    private void PlanOutside(OutputModule module, OutputSlice slice, Func<IndexedTensor, bool> chosen)
    {
        foreach (var (tensor, owner) in Union(slice, source => source.Module.Outside))
        {
            if (!chosen(tensor))
                continue;
            if (tensor.IsHead && donor.Folder.Config.TieWordEmbeddings)
            {
                UntiesHead = true;
                notes.Add($"'{owner.Name}' has a head of its own, '{donor.Name}' ties its head to the embedding: the result has a head, and 'tie_word_embeddings' is false");
            }

            PlanOutside(module, slice, tensor, owner);
        }
    }

    private void PlanOutside(OutputModule module, OutputSlice slice, IndexedTensor tensor, ParentIndex owner) =>
        PlanTensor(module, slice, tensor, owner, tensor.Info.Name, depth: 0,
            source => source.Module.FindOutside(tensor.Pattern) ?? MissingTensors.StandIn(source.Parent, tensor));

    private void PlanLayer(OutputModule module, OutputSlice slice, int layer, int outputLayer)
    {
        var depth = slice.LayerCount > 1 ? (double)layer / (slice.LayerCount - 1) : 1;
        foreach (var (tensor, owner) in Union(slice, source => source.Module.Layers[source.FirstLayer + layer]))
            PlanTensor(module, slice, tensor, owner, tensor.NameAt(outputLayer), depth, source => source.Module.Find(source.FirstLayer + layer, tensor.Pattern));
    }

    /// <summary>Every tensor that some source has, with the first that has it, in an order that depends on names alone.</summary>
    private static IEnumerable<(IndexedTensor Tensor, ParentIndex Owner)> Union(
        OutputSlice slice, Func<OutputSource, ImmutableArray<IndexedTensor>> tensors) =>
        slice.Sources
            .SelectMany(source => tensors(source).Select(tensor => (Tensor: tensor, Owner: source.Parent)))
            .DistinctBy(pair => pair.Tensor.Pattern)
            .OrderBy(pair => pair.Tensor.Pattern, StringComparer.Ordinal);

    private void PlanTensor(
        OutputModule module, OutputSlice slice, IndexedTensor sample, ParentIndex owner, string name, double depth, Func<OutputSource, IndexedTensor?> find)
    {
        var all = slice.Sources.Select(source => (Source: source, Tensor: find(source))).ToArray();
        var lead = all.FirstOrDefault(pair => pair.Source.Parent == donor, all[0]);
        var isLackedBySome = all.Any(pair => pair.Tensor is null);
        if ((isLackedBySome && MissingTensors.IsBuffer(name)) || all.Any(pair => pair.Tensor is { } tensor && !tensor.Info.Type.IsFloatingPoint()))
        {
            if (module.Method != Passthrough)
                MissingTensors.RefuseQuantised(recipe, slice, name, all);
            if (lead.Tensor is not null)
                _copied.Add(new CopiedTensor(name, new StoredTensor(lead.Source.Parent.Name, lead.Source.Parent.Folder, lead.Tensor.Info)));
            return;
        }

        if (all.Any(pair => pair.Tensor is null && pair.Source.IsMapped))
        {
            Keep(slice, name, depth, all.FirstOrDefault(pair => pair.Source.Parent.Name != slice.BaseModel && !pair.Source.IsMapped, lead));
            return;
        }

        if (isLackedBySome)
        {
            if (!IsNewModule(module.Method.Needs, slice, all))
                MissingTensors.RequireOptional(recipe, slice, sample, owner, all, donor, notes);
            all = [.. all.Where(pair => pair.Tensor is not null)];
            lead = all.FirstOrDefault(pair => pair.Source.Parent == donor, all[0]);
        }

        var inputs = Inputs(slice, sample, name, lead.Source.Parent, [.. all.Select(pair => (pair.Source, pair.Tensor!))]);
        var leading = inputs.First(input => input.Source == lead.Source);
        var isEmpty = leading.Tensor.Tensor.ElementCount == 0; // nothing to merge, and nothing that statistics could be taken of
        var (method, isReduced) = isEmpty || (isLackedBySome && !HasEnough(module.Method, slice, all)) ? (Passthrough, true) : (module.Method, false);
        if (isReduced)
            inputs = [leading];
        var output = new TensorInfo(name, OutputType(leading.Source.Parent, lead.Tensor!.Info), leading.Tensor.Tensor.Shape);
        Add(slice, method, output, depth, inputs, isReduced || module.IsKept);
    }

    /// <summary>A tensor of parent A that has no partner in a parent of another architecture.</summary>
    private void Keep(OutputSlice slice, string name, double depth, (OutputSource Source, IndexedTensor? Tensor) own)
    {
        var tensor = own.Tensor ?? throw recipe.Refuse(slice.Place, $"'{own.Source.Parent.Name}' has no tensor '{name}'");
        var output = new TensorInfo(name, OutputType(own.Source.Parent, tensor.Info), tensor.Info.Shape);
        Add(slice, Passthrough, output, depth, [(own.Source, own.Source.Parent.Source(tensor.Info))], isKept: true);
    }

    private void Add(OutputSlice slice, IMergeMethod method, TensorInfo output, double depth, (OutputSource Source, TensorSource Tensor)[] inputs, bool isKept)
    {
        var resolution = new ParameterResolution(recipe, method, isKept);
        var @base = slice.UsesBase(method) ? inputs.FirstOrDefault(input => input.Source.Parent.Name == slice.BaseModel) : default;
        var models = inputs.Where(input => input != @base && TakesPart(input)).ToArray();
        var parameters = resolution.Resolve(slice, output.Name, depth, [.. models.Select(input => (input.Source, input.Tensor.Tensor.Name))]);
        var active = Enumerable.Range(0, models.Length)
            .Where(model => !method.IgnoresZeroWeights || (float)parameters.Of(model, "weight") != 0).ToArray();
        var taken = parameters.Only(active);
        var missing = slice.Sources.FirstOrDefault(source => source.Parent.Name != slice.BaseModel && !inputs.Any(input => input.Source == source));
        if (missing is not null && !isKept && ITaskMaskMethod.CountsTasks(method, taken))
            throw recipe.Refuse(slice.Place, $"'{missing.Parent.Name}' has no tensor '{output.Name}', and 'task' and 'write_masks' tell tasks by the order of the models; "
                + "leave both out, or merge models with the same parts");
        if (method.Objection(taken) is { } objection)
            throw recipe.Refuse(slice.Place, $"tensor '{output.Name}': {objection}");
        _tensors.Add(new PlannedTensor(
            output, TensorPlaces.Of(output.Name), method, isKept ? [] : _modifiers, @base.Tensor, [.. active.Select(model => models[model].Tensor)], taken)
        {
            StepType = StepType(taken, @base.Tensor ?? models[0].Tensor),
        });

        // A base that the recipe does not list is a model of a method without base only where some level gives it a weight.
        bool TakesPart((OutputSource Source, TensorSource Tensor) input) =>
            !input.Source.IsAdded || isKept || method.Needs.CountsBase || resolution.OfModel(slice, input.Source, "weight", input.Tensor.Tensor.Name, depth) is not null;
    }

    private ElementType? StepType(TensorParameters parameters, TensorSource first) =>
        parameters.Declared.Any(parameter => parameter.Name == CommonParameters.MergekitCompatName) && parameters.IsOn(CommonParameters.MergekitCompatName)
            && ((recipe.Dtype is { } name ? OutputTypes.Find(name) : null) ?? first.Tensor.Type) is (ElementType.BF16 or ElementType.F16) and var type
            ? type
            : null;

    private static bool HasEnough(IMergeMethod method, OutputSlice slice, (OutputSource Source, IndexedTensor? Tensor)[] present)
    {
        var usesBase = slice.UsesBase(method);
        var models = present.Count(pair => !usesBase || pair.Source.Parent.Name != slice.BaseModel);
        return models >= method.Needs.MinimumModels && (!usesBase || method.Needs.TakesNewModules || present.Any(pair => pair.Source.Parent.Name == slice.BaseModel));
    }

    private static bool IsNewModule(MethodNeeds needs, OutputSlice slice, (OutputSource Source, IndexedTensor? Tensor)[] all) =>
        needs.TakesNewModules && all.All(pair => pair.Tensor is null == (pair.Source.Parent.Name == slice.BaseModel));

    /// <summary>The values of the sources' tensors, all of one shape: rows of the vocabulary in the result's order.</summary>
    private (OutputSource Source, TensorSource Tensor)[] Inputs(
        OutputSlice slice, IndexedTensor sample, string name, ParentIndex lead, (OutputSource Source, IndexedTensor Tensor)[] all)
    {
        if (sample.IsVocabulary && vocabulary.IsChanged)
            return [.. all.Zip(vocabulary.Map(slice, sample, name, all), (pair, tensor) => (pair.Source, tensor))];
        var expected = all.First(pair => pair.Source.Parent == lead).Tensor.Info;
        foreach (var (source, tensor) in all)
            if (!tensor.Info.Shape.SequenceEqual(expected.Shape))
                throw recipe.Refuse(slice.Place, $"tensor '{name}' is {expected.ShapeText} in '{lead.Name}' and {tensor.Info.ShapeText} in "
                    + $"'{source.Parent.Name}'; merge models of one size");
        return [.. all.Select(pair => (pair.Source, pair.Source.Parent.Source(pair.Tensor.Info)))];
    }

    /// <summary>out_dtype, else dtype, else the type that the donor stores.</summary>
    private ElementType OutputType(ParentIndex lead, TensorInfo stored) =>
        (recipe.OutDtype ?? recipe.Dtype) is { } name
            ? OutputTypes.Find(name)!.Value
            : stored.Type switch
            {
                ElementType.F64 => ElementType.F32,
                ElementType.F32 or ElementType.BF16 or ElementType.F16 => stored.Type,
                _ => throw new RecipeException($"{recipe.SourceName}: '{stored.Name}' of '{lead.Name}' is stored as {stored.Type}, "
                    + "which merged values are not written in; add 'dtype: bfloat16'"),
            };
}
