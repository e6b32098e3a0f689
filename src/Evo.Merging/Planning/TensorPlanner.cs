using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>Walks the output model from the embedding through the layers to the head, and says of each tensor where it comes from.</summary>
internal sealed class TensorPlanner(MergeRecipe recipe, IMergeMethod method, ImmutableArray<OutputSlice> slices, ParentIndex donor)
{
    private readonly ParameterResolution _resolution = new(recipe, method);
    private readonly ImmutableArray<IMergeModifier> _modifiers = MergeModifiers.UsedBy(recipe);
    private readonly ImmutableArray<PlannedTensor>.Builder _tensors = ImmutableArray.CreateBuilder<PlannedTensor>();
    private readonly ImmutableArray<CopiedTensor>.Builder _copied = ImmutableArray.CreateBuilder<CopiedTensor>();

    public ImmutableArray<PlannedTensor> Tensors => _tensors.ToImmutable();

    public ImmutableArray<CopiedTensor> Copied => _copied.ToImmutable();

    public void Plan()
    {
        PlanOutside(slices[0], place => place.Component == Component.Embedding);
        var outputLayer = 0;
        foreach (var slice in slices)
            for (var layer = 0; layer < slice.LayerCount; layer++)
                PlanLayer(slice, layer, outputLayer++);
        PlanOutside(slices[^1], place => place.Component != Component.Embedding);
        if (MissingTensors.HeadOf(donor) is { } head && _tensors.All(tensor => tensor.Output.Name != head.Info.Name))
            PlanOutside(slices[^1], head, donor);
    }

    private void PlanOutside(OutputSlice slice, Func<TensorPlace, bool> chosen)
    {
        foreach (var (tensor, owner) in Union(slice, source => source.Parent.Outside))
        {
            if (!chosen(tensor.Place))
                continue;
            MissingTensors.RefuseHeadOfTied(recipe.SourceName, donor, tensor, owner);
            PlanOutside(slice, tensor, owner);
        }
    }

    private void PlanOutside(OutputSlice slice, IndexedTensor tensor, ParentIndex owner) =>
        PlanTensor(slice, tensor, owner, tensor.Info.Name, depth: 0,
            source => source.Parent.FindOutside(tensor.Pattern) ?? MissingTensors.StandIn(source.Parent, tensor));

    private void PlanLayer(OutputSlice slice, int layer, int outputLayer)
    {
        var depth = slice.LayerCount > 1 ? (double)layer / (slice.LayerCount - 1) : 1;
        foreach (var (tensor, owner) in Union(slice, source => source.Parent.Layers[source.FirstLayer + layer]))
            PlanTensor(slice, tensor, owner, tensor.NameAt(outputLayer), depth, source => source.Parent.Find(source.FirstLayer + layer, tensor.Pattern));
    }

    /// <summary>Every tensor that some source has, with the first that has it, in an order that depends on names alone.</summary>
    private static IEnumerable<(IndexedTensor Tensor, ParentIndex Owner)> Union(
        OutputSlice slice, Func<OutputSource, ImmutableArray<IndexedTensor>> tensors) =>
        slice.Sources
            .SelectMany(source => tensors(source).Select(tensor => (Tensor: tensor, Owner: source.Parent)))
            .DistinctBy(pair => pair.Tensor.Pattern)
            .OrderBy(pair => pair.Tensor.Pattern, StringComparer.Ordinal);

    private void PlanTensor(
        OutputSlice slice, IndexedTensor sample, ParentIndex owner, string name, double depth, Func<OutputSource, IndexedTensor?> find)
    {
        var all = slice.Sources.Select(source => (Source: source, Tensor: find(source))).ToArray();
        var lead = all.FirstOrDefault(pair => pair.Source.Parent == donor, all[0]);
        var lacks = Array.Find(all, pair => pair.Tensor is null).Source?.Parent;
        if (lacks is not null && !MissingTensors.IsBuffer(name))
            throw MissingTensors.Refusal(recipe.SourceName, sample, owner, lacks);
        if (lacks is not null || all.Any(pair => !pair.Tensor!.Info.Type.IsFloatingPoint()))
        {
            if (lead.Tensor is not null)
                _copied.Add(new CopiedTensor(name, new StoredTensor(lead.Source.Parent.Name, lead.Source.Parent.Folder, lead.Tensor.Info)));
            return;
        }

        RequireShape(name, lead.Source.Parent, lead.Tensor!, all!);
        var @base = method.Needs.NeedsBase ? all.First(pair => pair.Source.Parent.Name == slice.BaseModel) : default;
        var models = all.Where(pair => pair != @base && TakesPart(slice, pair.Source, pair.Tensor!.Info.Name, depth)).ToArray();
        var parameters = _resolution.Resolve(slice, name, depth, [.. models.Select(pair => (pair.Source, pair.Tensor!.Info.Name))]);
        var active = Enumerable.Range(0, models.Length)
            .Where(model => !method.IgnoresZeroWeights || (float)parameters.Of(model, "weight") != 0).ToArray();
        _tensors.Add(new PlannedTensor(
            new TensorInfo(name, OutputType(lead.Source.Parent, lead.Tensor!.Info), lead.Tensor.Info.Shape),
            TensorPlaces.Of(name),
            method,
            _modifiers,
            @base.Source is null ? null : Source(@base.Source, @base.Tensor!),
            [.. active.Select(model => Source(models[model].Source, models[model].Tensor!))],
            parameters.Only(active)));
    }

    /// <summary>A base that the recipe does not list is a model of a method without base only where some level gives it a weight.</summary>
    private bool TakesPart(OutputSlice slice, OutputSource source, string tensorName, double depth) =>
        !source.IsAdded || _resolution.OfModel(slice, source, "weight", tensorName, depth) is not null;

    private void RequireShape(string name, ParentIndex lead, IndexedTensor expected, (OutputSource Source, IndexedTensor Tensor)[] all)
    {
        foreach (var (source, tensor) in all)
            if (!tensor.Info.Shape.SequenceEqual(expected.Info.Shape))
                throw new RecipeException($"{recipe.SourceName}: tensor '{name}' is {expected.Info.ShapeText} in '{lead.Name}' and {tensor.Info.ShapeText} in "
                    + $"'{source.Parent.Name}'; merge models of one size");
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

    private static TensorSource Source(OutputSource source, IndexedTensor tensor) => source.Parent.Source(tensor.Info);
}
