using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Experts;

/// <summary>Collects the tensors of a mixture: each one input, passed through, some scaled.</summary>
internal sealed class PlannedParts(ExpertsRecipe recipe)
{
    private static readonly IMergeMethod Method = MergeMethods.Find("passthrough")!;

    private readonly ImmutableArray<PlannedTensor>.Builder _tensors = ImmutableArray.CreateBuilder<PlannedTensor>();

    public ImmutableArray<PlannedTensor> Tensors => _tensors.ToImmutable();

    public void Add(PlannedTensor tensor) => _tensors.Add(tensor);

    /// <param name="like">The stored type that the tensor keeps when the recipe gives none.</param>
    public void Add(string name, TensorSource source, ElementType like, double scale = 1) => _tensors.Add(new PlannedTensor(
        new TensorInfo(name, OutputType(source, like), source.Tensor.Shape),
        TensorPlaces.Of(name),
        Method,
        [],
        null,
        [source],
        new TensorParameters(Method.Parameters, [.. Method.Parameters.Select(_ => 0.0)], [[.. Method.Parameters.Select(_ => scale)]])));

    private ElementType OutputType(TensorSource source, ElementType like) => recipe.Dtype is { } name
        ? OutputTypes.Find(name)!.Value
        : like switch
        {
            ElementType.F64 => ElementType.F32,
            ElementType.F32 or ElementType.BF16 or ElementType.F16 => like,
            _ => throw recipe.Refuse($"'{source.Tensor.Name}' of '{source.Model}' is stored as {like}, which is not written; add 'dtype: bfloat16'"),
        };
}
