using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Evo.Inference.Tokenizers;

namespace Evo.Inference;

/// <summary>Builds language models that read a candidate buffer.</summary>
public static class DecoderModel
{
    /// <summary>
    /// A model of the given configuration (Llama, Mistral, Qwen 2 or Qwen 3) that reads <paramref name="weights"/> in place: what is written there is what the
    /// next call runs. Weights and tokenizer stay the caller's and must outlive the model.
    /// </summary>
    /// <exception cref="CheckpointException">The configuration has a field that cannot be computed, or the buffer's tensors are not the configuration's.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the device is unknown or not where the weights are.</exception>
    public static ILanguageModel Create(ModelConfig config, ICandidateWeights weights, ITokenizer tokenizer, InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new InferenceOptions();
        options.Check();
        var decoder = DecoderConfig.Read(config);
        if (options.Device != "cpu" || weights is not CpuWeights cpuWeights)
            throw new ArgumentException($"Device '{options.Device}' with weights on '{weights.Device}' is not supported; use cpu.", nameof(options));
        return new OnnxLanguageModel(decoder, new BoundWeights(decoder, cpuWeights), tokenizer, options);
    }
}
