namespace Evo.Merging.Methods.Kernels;

/// <summary>θ = Σ cᵢθᵢ, or θ₀ + Σ cᵢτᵢ where there is a base.</summary>
internal sealed record CombinationKernel(float[] Coefficients, bool HasBase) : ITensorKernel
{
    public static CombinationKernel Of(TensorInputs inputs, IEnumerable<double> coefficients) =>
        new([.. coefficients.Select(coefficient => (float)coefficient)], inputs.HasBase);

    public void Apply(TensorRun run)
    {
        var merged = run.Output;
        merged.Clear();
        for (var model = 0; model < Coefficients.Length; model++)
            merged.AddScaled(HasBase ? run.TaskVector(model) : run.Model(model), Coefficients[model]);
        if (HasBase)
            merged.Add(run.Base);
    }
}
