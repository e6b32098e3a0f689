using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Safetensors;
using Evo.Inference.Activations;
using Evo.Merging.Calibration;

namespace Evo.Evaluation.Calibration;

/// <summary>The statistics of one model, of the kinds that were asked for.</summary>
internal sealed class CalibratedModel(
    StatisticsFolder? channels, StatisticsFolder? grams, Func<string, SafetensorsFile?> curvature, double curvatureRootMeanSquare, int lastLayer) : IModelStatistics
{
    public ITensorStatistics? Find(string tensor)
    {
        var site = SiteOf(TensorPlaces.Of(tensor), tensor, out var isMatrix) is { } found
            ? StatisticsComputation.NameOf(TensorPlaces.Of(tensor).Layer ?? lastLayer, found, "")
            : null;
        var means = site is null ? null : channels?.FileOf(site + "mean_magnitudes")?.Find(site + "mean_magnitudes");
        var gram = site is null || !isMatrix ? null : grams?.FileOf(site + "gram")?.Find(site + "gram");
        var curved = curvature(tensor);
        if (means is null && gram is null && curved is null)
            return null;
        return new CalibratedTensor(
            tensor,
            checked((int)((means ?? gram)?.Shape[0] ?? 0)),
            site ?? "",
            means is null ? null : channels,
            gram is null ? null : grams,
            curved,
            curvatureRootMeanSquare);
    }

    /// <summary>Where the inputs of a linear map, or the outputs of a norm, are looked at.</summary>
    private static ActivationSite? SiteOf(TensorPlace place, string tensor, out bool isMatrix)
    {
        isMatrix = place.Component != Component.Norm;
        if (!tensor.EndsWith(".weight", StringComparison.Ordinal))
            return null;
        return place.Part switch
        {
            "q" or "k" or "v" or "input_layernorm" => ActivationSite.AttentionInput,
            "o" => ActivationSite.AttentionOutput,
            "gate" or "up" or "post_attention_layernorm" => ActivationSite.MlpInput,
            "down" => ActivationSite.MlpActivation,
            "lm_head" or "norm" => ActivationSite.HeadInput,
            _ => null,
        };
    }
}
