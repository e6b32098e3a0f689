using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Diagnostics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Evolution;

/// <summary>The parents' diagnosis inside a merge: the share r_MRI of parent B in every tensor, ranked over the whole model.</summary>
internal static class DarwinDiagnosis
{
    public static double RatioOf(TensorInputs inputs, TensorParameters parameters) =>
        parameters["mri_trust"] == 0 && parameters.Choice("transplant") != DarwinGenes.TransplantByMri
            ? 0.5 // the diagnosis has no part in the result
            : inputs.Plan.Remember("diagnostic ratios", () => Ratios(inputs.Plan)).GetValueOrDefault(inputs.Name, 0.5);

    private static ImmutableDictionary<string, double> Ratios(PlanInputs plan)
    {
        var (first, second) = (ParentPair.Of(plan.Tensors[0].Inputs).First.Model, ParentPair.Of(plan.Tensors[0].Inputs).Second.Model);
        var isProbed = IsProbed(plan, first) && IsProbed(plan, second); // a profile of one parent alone compares nothing
        var parameters = plan.Tensors[0].Parameters;
        var ratios = MriRatio.Of(
            Signals(plan, first, isProbed), Signals(plan, second, isProbed), parameters["mri_static_weight"], parameters.Choice("mri_terms") == "rank");
        return Enumerable.Range(0, plan.Tensors.Length).ToImmutableDictionary(index => plan.Tensors[index].Inputs.Name, index => ratios[index]);
    }

    private static bool IsProbed(PlanInputs plan, int model) =>
        model != Parent.Base && plan.Tensors.Any(tensor => tensor.Parameters.Of(model, "probe") != 0);

    /// <summary>Embeddings have the probe value of the first layer, as every gradient gives it to them; the head has that of the last.</summary>
    private static TensorSignals[] Signals(PlanInputs plan, int model, bool isProbed)
    {
        var ofLastLayer = isProbed
            ? plan.Tensors.Where(tensor => tensor.Inputs.Place.Layer is not null).Select(tensor => tensor.Parameters.Of(model, "probe")).LastOrDefault()
            : double.NaN;
        return [.. plan.Tensors.Select(tensor => new TensorSignals(
            tensor.Inputs.Place,
            tensor.Inputs.Signals(model),
            !isProbed || tensor.Inputs.Place.Component == Component.Head ? ofLastLayer : tensor.Parameters.Of(model, "probe")))];
    }
}
