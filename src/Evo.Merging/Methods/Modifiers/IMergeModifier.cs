using System.Collections.Immutable;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Modifiers;

/// <summary>
/// Something done to the merged tensor of any method that has a base. A modifier is part of a merge when the recipe names one of its parameters at any
/// level, beside the parameters of the method; else it is absent, and no part of the plan's identity. Its defaults change nothing.
/// </summary>
public interface IMergeModifier
{
    /// <summary>The word that its parameters begin with: <c>lines</c> for <c>lines_alpha</c>.</summary>
    string Name { get; }

    /// <summary>One sentence for <c>evo methods</c>, with the source of the formula.</summary>
    string Description { get; }

    ImmutableArray<MethodParameter> Parameters { get; }

    /// <summary>True when a tensor's values then depend on the other tensors of the plan, so that its identity has to name them all.</summary>
    bool DependsOnPlan(TensorParameters parameters) => false;

    /// <inheritdoc cref="IMergeMethod.ReadsOfOthers"/>
    ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => null;

    /// <summary>The statistics of models that the modifier reads with these parameters.</summary>
    CalibrationNeeds CalibrationOf(TensorParameters parameters) => default;

    /// <summary>The kernel that merges as <paramref name="inner"/> does and then modifies; <paramref name="inner"/> itself where nothing is to be done.</summary>
    /// <exception cref="NonFiniteMergeException">The values cannot give a finite tensor.</exception>
    ITensorKernel Wrap(ITensorKernel inner, TensorInputs inputs, TensorParameters parameters);
}
