using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Rounded;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>
/// Generalised task arithmetic: τᵢ = θᵢ − θ₀ is made sparse, weighted, optionally restricted to the elected sign, summed, optionally divided by the
/// weights that took part, scaled by lambda and added to the base. The methods of the family differ in how they make sparse, and in the sign vote.
/// </summary>
internal abstract class TaskVectorMethod : IMergeMethod
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract ImmutableArray<MethodParameter> Parameters { get; }

    public virtual MethodNeeds Needs => OfTaskVectors;

    protected static MethodNeeds OfTaskVectors { get; } = new(
        NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    /// <summary>True when only the deltas that agree with the sign of their sum are merged.</summary>
    protected abstract bool ElectsSigns { get; }

    public virtual bool DependsOnPlan(TensorParameters parameters) => false;

    public virtual ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => null;

    public virtual string? Objection(TensorParameters parameters) => null;

    public abstract void Prepare(TensorInputs inputs);

    /// <summary>What is done to one model's task vector before it is weighted.</summary>
    protected abstract Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model);

    public virtual ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = new TaskVectorShare[inputs.ModelCount];
        for (var model = 0; model < shares.Length; model++)
            shares[model] = new TaskVectorShare(Sparsify(inputs, parameters, model), (float)parameters.Of(model, "weight"));
        var lambda = (float)parameters["lambda"];
        if (StepRounding.Of(inputs) is { } rounding)
            return new RoundedTaskVectorKernel(
                [.. shares.Select(share => share with { Weight = rounding.Round(share.Weight) })], ElectsSigns, parameters.IsOn("normalize"), lambda, rounding);
        return ElectsSigns
            ? new SignElectionKernel(shares, parameters.IsOn("normalize"), SmallestDivisor(shares, parameters), lambda)
            : new SumKernel(shares, parameters.IsOn("normalize") ? Divisor(shares) : 1, lambda);
    }

    /// <summary>Σ wᵢ, with 1 in the place of a sum that is no number to divide by.</summary>
    private static float Divisor(TaskVectorShare[] shares) =>
        shares.Sum(share => share.Weight) is var sum && Math.Abs(sum) < 1e-8f ? 1 : sum;

    /// <summary>
    /// With weights of both signs, those of one element's voters may nearly cancel and blow it up: the divisor is kept 10⁻³ Σ|wᵢ| away from 0.
    /// </summary>
    protected static float SmallestDivisor(TaskVectorShare[] shares, TensorParameters parameters) =>
        shares.Any(share => share.Weight < 0) && shares.Any(share => share.Weight > 0) && !parameters.IsOn("mergekit_compat")
            ? 1e-3f * shares.Sum(share => Math.Abs(share.Weight))
            : 0;
}

/// <summary>One model's part: how its task vector is made sparse, and its weight.</summary>
internal readonly record struct TaskVectorShare(Sparsity Sparsity, float Weight);
