using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Diagnostics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Evolution;

/// <summary>The parents' diagnosis inside a merge: the share r_MRI of parent B in every tensor that both parents have, ranked over the whole model.</summary>
internal static class DarwinDiagnosis
{
    public static double RatioOf(TensorInputs inputs, TensorParameters parameters) =>
        parameters["mri_trust"] == 0 && parameters.Choice("transplant") != DarwinGenes.TransplantByMri
            ? 0.5 // the diagnosis has no part in the result
            : inputs.Plan.Remember("diagnostic ratios", () => Ratios(inputs.Plan)).GetValueOrDefault(inputs.Name, 0.5);

    private static ImmutableDictionary<string, double> Ratios(PlanInputs plan)
    {
        var tensors = plan.Tensors.Where(tensor => !ParentPair.IsOfOneAlone(tensor.Inputs)).ToArray();
        var (first, second) = (ParentPair.Of(tensors[0].Inputs).First.Model, ParentPair.Of(tensors[0].Inputs).Second.Model);
        var isProbed = IsProbed(tensors, first) && IsProbed(tensors, second); // a profile of one parent alone compares nothing
        var parameters = tensors[0].Parameters;
        var ratios = MriRatio.Of(
            Signals(tensors, first, isProbed), Signals(tensors, second, isProbed), parameters["mri_static_weight"], parameters.Choice("mri_terms") == "rank");
        return Enumerable.Range(0, tensors.Length).ToImmutableDictionary(index => tensors[index].Inputs.Name, index => ratios[index]);
    }

    private static bool IsProbed((TensorInputs Inputs, TensorParameters Parameters)[] tensors, int model) =>
        model != Parent.Base && tensors.Any(tensor => tensor.Parameters.Of(model, "probe") != 0);

    /// <summary>Embeddings have the probe value of the first layer, as every gradient gives it to them; the head has that of the last.</summary>
    private static TensorSignals[] Signals((TensorInputs Inputs, TensorParameters Parameters)[] tensors, int model, bool isProbed)
    {
        var ofLastLayer = isProbed
            ? tensors.Where(tensor => tensor.Inputs.Place.Layer is not null).Select(tensor => tensor.Parameters.Of(model, "probe")).LastOrDefault()
            : double.NaN;
        return [.. tensors.Select(tensor => new TensorSignals(
            tensor.Inputs.Place,
            tensor.Inputs.Signals(model),
            !isProbed || tensor.Inputs.Place.Component == Component.Head ? ofLastLayer : tensor.Parameters.Of(model, "probe")))];
    }
}
