using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>Σ wᵢ θᵢ with weights that add up to 1: what activation methods do with tensors of which text tells nothing.</summary>
internal sealed record WeightedMean(float[] Shares) : ITensorKernel
{
    /// <exception cref="NonFiniteMergeException">The weights add up to 0.</exception>
    public static double[] SharesOf(TensorInputs inputs, TensorParameters parameters)
    {
        var weights = Enumerable.Range(0, inputs.ModelCount).Select(model => parameters.Of(model, "weight")).ToArray();
        var sum = weights.Sum();
        return sum > 0 ? [.. weights.Select(weight => weight / sum)] : throw new NonFiniteMergeException(inputs.Name, "the weights of its models add up to 0");
    }

    public void Apply(TensorRun run)
    {
        run.Output.Clear();
        for (var model = 0; model < Shares.Length; model++)
            run.Output.AddScaled(run.Model(model), Shares[model]);
    }
}

/// <summary>θ₀ + λ Σ wᵢ τᵢ.</summary>
internal sealed record SumOfTaskVectors(float[] Shares, float Lambda) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        run.Output.Clear();
        for (var model = 0; model < Shares.Length; model++)
            run.Output.AddScaled(run.TaskVector(model), Shares[model]);
        if (Lambda != 1)
            run.Output.Scale(Lambda);
        run.Output.Add(run.Base);
    }
}
