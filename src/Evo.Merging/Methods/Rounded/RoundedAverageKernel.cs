using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Rounded;

/// <summary>θ = Σ wᵢθᵢ / divisor, every step rounded.</summary>
internal sealed record RoundedAverageKernel(float[] Weights, float Divisor, StepRounding Rounding) : ITensorKernel
{
    public static RoundedAverageKernel Of(float[] weights, bool normalize, StepRounding rounding)
    {
        float[] rounded = [.. weights.Select(weight => rounding.Round(weight))];
        return new RoundedAverageKernel(rounded, normalize ? rounding.Round(rounded.Sum()) : 1, rounding);
    }

    public void Apply(TensorRun run)
    {
        var merged = run.Output;
        merged.Clear();
        for (var model = 0; model < Weights.Length; model++)
        {
            var weighted = Rounding.Model(run, model);
            weighted.Scale(Weights[model]);
            weighted.RoundTo(Rounding.Type);
            merged.Add(weighted);
        }

        merged.RoundTo(Rounding.Type);
        if (Divisor != 1)
            merged.Divide(Divisor);
        merged.RoundTo(Rounding.Type);
    }
}
