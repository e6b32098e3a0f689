using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// A merge method: what it needs, which parameters it takes, and how one tensor is merged. It is written in the operations of
/// <see cref="Block"/> and <see cref="TensorInputs"/> and knows no device; every engine runs the same text. Implementations have no state.
/// </summary>
public interface IMergeMethod
{
    /// <summary>mergekit's name of the method.</summary>
    string Name { get; }

    /// <summary>One sentence for <c>evo methods</c>, with the source of the formula.</summary>
    string Description { get; }

    ImmutableArray<MethodParameter> Parameters { get; }

    MethodNeeds Needs { get; }

    /// <summary>True when a model of weight 0 has no part in the result, so that the plan may leave it out.</summary>
    bool IgnoresZeroWeights { get; }

    /// <summary>The statistics of models that the method reads with these parameters. None for methods that look at weights alone.</summary>
    CalibrationNeeds CalibrationOf(TensorParameters parameters) => default;

    /// <summary>
    /// True when a tensor's values depend on the other tensors of the plan, so that its identity has to name them all. By default where a global pass is needed.
    /// </summary>
    bool DependsOnPlan(TensorParameters parameters) => Needs.NeedsGlobalPass;

    /// <summary>
    /// Where values depend on the plan: which parameters of its other tensors they depend on, beside what those are merged from. A candidate in which only others
    /// differ leaves the tensor as it is. Null stands for all of them.
    /// </summary>
    ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => null;

    /// <summary>Bytes that the method keeps of one tensor from candidate to candidate, to be known before any work; elementwise methods keep little.</summary>
    /// <param name="place">Where the tensor belongs.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="parameters">Parameters of the tensor; they tell the number of models too.</param>
    long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => 0;

    /// <summary>
    /// What matrices take while one tensor is merged, to be known before any work: the budget of a merge to disk is kept by it. Nothing for methods that go element by
    /// element or row by row.
    /// </summary>
    /// <inheritdoc cref="PreparedBytes"/>
    MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => default;

    /// <summary>
    /// What is wrong with values that are in range one by one but do not go together; null when nothing is. The plan refuses such values and names the tensor.
    /// </summary>
    string? Objection(TensorParameters parameters) => null;

    /// <summary>
    /// Computes what does not depend on parameter values, through <see cref="TensorInputs.Remember"/>. Optional: <see cref="Bind"/> asks for the
    /// same things and finds them remembered.
    /// </summary>
    void Prepare(TensorInputs inputs);

    /// <summary>Fixes the parameter values for one tensor. Whole-tensor passes that depend on them happen here.</summary>
    /// <exception cref="NonFiniteMergeException">The values cannot give a finite tensor (weights that sum to zero, for one).</exception>
    ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters);
}
