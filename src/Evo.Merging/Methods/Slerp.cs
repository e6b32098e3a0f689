using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// Spherical interpolation between the base (t = 0) and one other model (t = 1), each tensor flattened to one vector. The sine weights of the
/// angle between the directions are applied to the vectors as they are (a vector of norm 1e-8 or less counts as a direction); nearly parallel vectors are interpolated linearly.
/// </summary>
internal sealed class Slerp : IMergeMethod
{
    private const double NearlyParallel = 0.9995;
    private const double SmallestNorm = 1e-8;

    public string Name => "slerp";

    public string Description => "spherical interpolation between base_model (t = 0) and one other model (t = 1)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
        [new("t", ParameterScope.Global, null, -2, 3, 0, 1, "position between the base (0) and the other model (1)")];

    public MethodNeeds Needs { get; } = new(
        NeedsBase: true, MinimumModels: 1, MaximumModels: 1, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs) => Products(inputs);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var products = Products(inputs);
        var (baseShare, modelShare) = Shares(products[0], products[2], products[1], parameters["t"]);
        return new Kernel(baseShare, modelShare);
    }

    /// <summary>The factors of two vectors, of which the squares of the norms and the product are given, at t between them.</summary>
    internal static (float First, float Second) Shares(double firstSquare, double secondSquare, double product, double t)
    {
        var cosine = product / (Norm(firstSquare) * Norm(secondSquare));
        if (Math.Abs(cosine) > NearlyParallel)
            return ((float)(1 - t), (float)t);
        var angle = Math.Acos(cosine);
        return ((float)(Math.Sin((1 - t) * angle) / Math.Sin(angle)), (float)(Math.Sin(t * angle) / Math.Sin(angle)));

        static double Norm(double square) => Math.Sqrt(square) is var norm && norm > SmallestNorm ? norm : double.IsNaN(square) ? double.NaN : 1;
    }

    /// <summary>⟨v₀,v₀⟩, ⟨v₀,v₁⟩ and ⟨v₁,v₁⟩.</summary>
    private static double[] Products(TensorInputs inputs) => inputs.Remember("products of base and model", 0, () => inputs.Sum(3, static (run, sums) =>
        run.Base.AddInnerProducts([run.Base, run.Model(0)], sums)));

    internal sealed record Kernel(float BaseShare, float ModelShare) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            run.Output.CopyFrom(run.Base);
            run.Output.Scale(BaseShare);
            run.Output.AddScaled(run.Model(0), ModelShare);
        }
    }
}
