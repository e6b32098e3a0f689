using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Interpolation;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// Methods that see a weight as a matrix: they act on the matrices of attention and feed-forward, where the parameter says so on embedding and head, and
/// leave the rest to the mean of the task vectors, their sum, or the base.
/// </summary>
internal abstract class SpectralMethod : IMergeMethod
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract ImmutableArray<MethodParameter> Parameters { get; }

    public virtual MethodNeeds Needs { get; } =
        new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    /// <summary>A model shapes the common bases even when its own part is weighted with zero.</summary>
    public bool IgnoresZeroWeights => false;

    public virtual bool DependsOnPlan(TensorParameters parameters) => Needs.NeedsGlobalPass;

    public virtual ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => null;

    public long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        IsTreated(place, shape, parameters) ? sizeof(float) * PreparedNumbers(shape[0], shape[1], parameters) : 0;

    public MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        IsTreated(place, shape, parameters) ? WorkOf(shape[0], shape[1], parameters) : default;

    public void Prepare(TensorInputs inputs)
    {
        if (IsLayerMatrix(inputs.Place, inputs.Shape))
            PrepareMatrix(inputs);
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) =>
        IsTreated(inputs.Place, inputs.Shape, parameters) ? BindMatrix(inputs, parameters) : BindOther(inputs, parameters);

    /// <summary>Factorises what does not depend on parameters.</summary>
    protected abstract void PrepareMatrix(TensorInputs inputs);

    /// <summary>Numbers of float32 that the factors of a matrix take.</summary>
    protected abstract long PreparedNumbers(long rows, long columns, TensorParameters parameters);

    /// <summary>What factorising a matrix takes.</summary>
    protected abstract MatrixWork WorkOf(double rows, double columns, TensorParameters parameters);

    /// <summary>Of methods that decompose on the shorter side: so many times the matrix, and so many times the square of its shorter side.</summary>
    protected static MatrixWork WorkOf(double rows, double columns, double matrices, double squares)
    {
        var rank = Math.Min(rows, columns);
        return new MatrixWork((matrices * rows * columns) + (squares * rank * rank), (long)rank);
    }

    /// <summary>A tensor of two axes.</summary>
    protected abstract ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters);

    /// <summary>The factor on one model's task vector where tensors are not factorised.</summary>
    protected virtual double WeightOf(TensorParameters parameters, int model) => 1;

    protected virtual double LambdaOf(TensorParameters parameters) => parameters[CommonParameters.Lambda.Name];

    protected virtual ITensorKernel BindOther(TensorInputs inputs, TensorParameters parameters)
    {
        var rule = parameters.Choice(IsEmbedding(inputs) ? SpectralParameters.Embeddings.Name : SpectralParameters.Vectors.Name);
        return rule == SpectralParameters.Base
            ? new InterpolationKernel(Share: 0)
            : Sum(inputs, parameters, rule == SpectralParameters.Average ? inputs.ModelCount : 1);
    }

    private SumKernel Sum(TensorInputs inputs, TensorParameters parameters, float divisor) => new(
        [.. Enumerable.Range(0, inputs.ModelCount).Select(model => new TaskVectorShare(Sparsity.None, (float)WeightOf(parameters, model)))],
        divisor,
        (float)LambdaOf(parameters));

    protected static bool IsEmbedding(TensorInputs inputs) => IsEmbedding(inputs.Place, inputs.Shape);

    private static bool IsEmbedding(TensorPlace place, ImmutableArray<long> shape) =>
        shape.Length == 2 && place.Component is (Component.Embedding or Component.Head);

    private static bool IsLayerMatrix(TensorPlace place, ImmutableArray<long> shape) =>
        shape.Length == 2 && place.Component is (Component.Attention or Component.Mlp);

    private static bool IsTreated(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => IsLayerMatrix(place, shape)
        || (IsEmbedding(place, shape) && parameters.Choice(SpectralParameters.Embeddings.Name) == SpectralParameters.AsMatrices);
}
