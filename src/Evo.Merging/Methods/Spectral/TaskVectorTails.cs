using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>How the magnitudes of a task vector are distributed: how heavy the tail is, and how many elements are next to nothing.</summary>
internal static class TaskVectorTails
{
    /// <summary>Σ |τ| above μ + κσ over Σ |τ|, with μ and σ of |τ|: the outliers' share, in [0, 1].</summary>
    public static double OutlierMass(TensorInputs inputs, int model, double kappa)
    {
        var (mean, deviation) = Moments(inputs, model);
        var bound = (float)(mean + (kappa * deviation));
        var mass = inputs.Sum(2, (run, sums) =>
        {
            var vector = run.TaskVector(model);
            sums[0] += vector.SumOfMagnitudes();
            vector.KeepLargest(new MagnitudeCut(bound, -1));
            sums[1] += vector.SumOfMagnitudes();
        });
        return mass[0] > 0 ? mass[1] / mass[0] : 0;
    }

    /// <summary>Fraction of the elements with |τ| &lt; ½ mean |τ|, averaged over the models, in [0, 1].</summary>
    public static double Sparsity(TensorInputs inputs) => Enumerable.Range(0, inputs.ModelCount).Average(model => inputs.Remember("sparsity of the task vector", model, () =>
    {
        var bound = (float)(Moments(inputs, model).Mean / 2);
        var count = inputs.Sum(1, (run, sums) =>
        {
            foreach (var value in run.TaskVector(model).OnHost())
                if (Math.Abs(value) < bound)
                    sums[0]++;
        })[0];
        return count / inputs.ElementCount;
    }));

    private static (double Mean, double Deviation) Moments(TensorInputs inputs, int model) => inputs.Remember("moments of the task vector", model, () =>
    {
        var sums = inputs.Sum(2, (run, sums) =>
        {
            var vector = run.TaskVector(model);
            sums[0] += vector.SumOfMagnitudes();
            sums[1] += vector.Dot(vector);
        });
        var mean = sums[0] / inputs.ElementCount;
        return (mean, Math.Sqrt(Math.Max(0, (sums[1] / inputs.ElementCount) - (mean * mean))));
    });
}
