using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Competition;

/// <summary>θ = θ₀ + λ · Σ βᵢ wᵢ τᵢ / Σ βᵢ with the scores β; where all scores are 0, θ₀.</summary>
internal sealed record CompetitionKernel(ICompetitionScores Scores, string Tensor, float[] Weights, float Lambda) : ITensorKernel
{
    private const float SmallestDivisor = 1e-12f; // the released code's

    public void Apply(TensorRun run)
    {
        var (merged, score, divisor) = (run.Output, run.Scratch(0), run.Scratch(3));
        merged.Clear();
        divisor.Clear();
        for (var model = 0; model < Weights.Length; model++)
            run.TaskVector(model);
        Scores.Begin(run, Weights.Length);
        for (var model = 0; model < Weights.Length; model++)
        {
            Scores.Score(run, model, Tensor, score);
            divisor.Add(score);
            score.Multiply(Scores.Value(run, model));
            merged.AddScaled(score, Weights[model]);
        }

        merged.DivideBy(divisor, SmallestDivisor);
        if (Lambda != 1)
            merged.Scale(Lambda);
        merged.Add(run.Base);
    }
}
