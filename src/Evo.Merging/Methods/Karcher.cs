using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spheres;

namespace Evo.Merging.Methods;

/// <summary>
/// The Riemannian (Karcher) mean of the models' directions on the unit sphere, at the mean of their norms; all models count equally, a <c>base_model</c>
/// among them. The iteration runs on coefficients: every vector in it is a combination of the models, whose angles and norms follow from their inner products.
/// </summary>
internal sealed class Karcher : IMergeMethod
{
    public string Name => "karcher";

    public string Description => "Riemannian mean of the models' directions at the mean of their norms; all count equally (mergekit)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("max_iter", ParameterScope.Global, 10, 0, 1000, 1, 20, "most iterations"),
        new("tol", ParameterScope.Global, 1e-5, 0, 1, 1e-9, 1e-4, "angle and step, in radians, and norm below which nothing is done"),
    ];

    public MethodNeeds Needs { get; } = new(
        NeedsBase: false, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true) { CountsBase = true };

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs) => GramMatrix.Of(inputs);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) => inputs.ModelCount == 1
        ? CombinationKernel.Of(inputs, [1])
        : CombinationKernel.Of(inputs, SphericalMean.Coefficients(GramMatrix.Of(inputs), inputs.ModelCount, (int)parameters["max_iter"], parameters["tol"]));
}
