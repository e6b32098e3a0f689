using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Disentanglement;

/// <summary>
/// WIDEN on vectors: the score of an element is the softmax over the models of |τᵢ| (close to 1/N for small changes), or the calibration where |τᵢ| is above a threshold.
/// </summary>
/// <param name="Thresholds">Ratio · mean |τᵢ|, by model.</param>
internal sealed record ElementScoreKernel(float[] Thresholds, float[] Calibrations) : ITensorKernel
{
    /// <exception cref="NonFiniteMergeException">The task vector is not finite.</exception>
    public static double MeanMagnitude(TensorInputs inputs, int model) => inputs.Remember("mean magnitude of the task vector", model, () =>
    {
        var sum = inputs.Sum(1, (run, sums) => sums[0] += run.TaskVector(model).SumOfMagnitudes())[0];
        return double.IsFinite(sum) ? sum / Math.Max(1, inputs.ElementCount) : throw new NonFiniteMergeException(inputs.Name);
    });

    public void Apply(TensorRun run)
    {
        var (largest, sum, exponential, mark) = (run.Scratch(0), run.Scratch(1), run.Scratch(2), run.Scratch(3));
        largest.Clear();
        for (var model = 0; model < Thresholds.Length; model++)
        {
            exponential.CopyFrom(run.TaskVector(model));
            exponential.Absolute();
            largest.Maximum(exponential);
        }

        sum.Clear();
        for (var model = 0; model < Thresholds.Length; model++)
        {
            Exponential(run, model, largest, exponential);
            sum.Add(exponential);
        }

        run.Output.CopyFrom(run.Base);
        for (var model = 0; model < Thresholds.Length; model++)
        {
            Exponential(run, model, largest, exponential);
            exponential.DivideBy(sum, 0);
            mark.CopyFrom(run.Model(model));
            mark.Absolute();
            mark.Shift(-Thresholds[model]);
            mark.MarkPositive();
            exponential.Multiply(run.Model(model)); // τ · softmax
            run.Model(model).Multiply(mark);
            run.Output.AddScaled(run.Model(model), Calibrations[model]); // τ · s where it is marked
            mark.Scale(-1);
            mark.Shift(1);
            exponential.Multiply(mark);
            run.Output.Add(exponential);
        }
    }

    /// <summary>exp(|τ| − the largest |τ| of all models).</summary>
    private static void Exponential(TensorRun run, int model, Block largest, Block result)
    {
        result.CopyFrom(run.Model(model));
        result.Absolute();
        result.Subtract(largest);
        result.Exponential();
    }
}
