using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>DELLA's random drop by rank (arXiv:2406.11617) with task arithmetic.</summary>
internal sealed class DellaLinear : TaskVectorMethod
{
    public override string Name => "della_linear";

    public override string Description => "base plus the weighted sum of task vectors thinned at random, small elements more than large ones (arXiv:2406.11617)";

    public override ImmutableArray<MethodParameter> Parameters { get; } = [.. RankedDrop.Parameters(normalize: false), CommonParameters.MergekitSteps()];

    public override MethodNeeds Needs { get; } = OfTaskVectors with { ScratchOfRun = RankedDrop.ScratchOfRun };

    protected override bool ElectsSigns => false;

    public override string? Objection(TensorParameters parameters) => RankedDrop.Objection(parameters);

    public override void Prepare(TensorInputs inputs)
    {
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        RankedDrop.Of(inputs, parameters, model);
}
