using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods;

/// <summary>DELLA (arXiv:2406.11617): random drop by rank, merged where signs agree.</summary>
internal sealed class Della : TaskVectorMethod
{
    public override string Name => "della";

    public override string Description => "task vectors thinned at random, small elements more than large ones, merged where they agree in sign (arXiv:2406.11617)";

    public override ImmutableArray<MethodParameter> Parameters { get; } = [.. RankedDrop.Parameters(normalize: true), CommonParameters.MergekitSteps("no guard against weights of both signs that nearly cancel")];

    public override MethodNeeds Needs { get; } = OfTaskVectors with { ScratchOfRun = RankedDrop.ScratchOfRun };

    protected override bool ElectsSigns => true;

    public override string? Objection(TensorParameters parameters) => RankedDrop.Objection(parameters);

    public override void Prepare(TensorInputs inputs)
    {
    }

    protected override Sparsity Sparsify(TensorInputs inputs, TensorParameters parameters, int model) =>
        RankedDrop.Of(inputs, parameters, model);
}
