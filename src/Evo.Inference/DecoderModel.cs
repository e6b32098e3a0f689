using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Evo.Inference.Tokenizers;

namespace Evo.Inference;

/// <summary>Builds language models that read a candidate buffer.</summary>
public static class DecoderModel
{
    /// <summary>Makes sure, before any work, that models can run on a device: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="ArgumentException">The device's name is unknown.</exception>
    /// <exception cref="DllNotFoundException">The device's libraries are not in this build or on this machine.</exception>
    public static void RequireDevice(string name) => Device.Parse(name, checkpointType: null).Require();

    /// <summary>
    /// A model of the given configuration (Llama, Mistral, Qwen 2 or Qwen 3) that reads <paramref name="weights"/>: what is written there is what the next
    /// call runs; on the CPU it is read in place. Weights and tokenizer stay the caller's and must outlive the model.
    /// </summary>
    /// <exception cref="CheckpointException">The configuration has a field that cannot be computed, or the buffer's tensors are not the configuration's.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the device's name is unknown.</exception>
    /// <exception cref="DllNotFoundException">The device's libraries are not in this build or on this machine.</exception>
    public static ILanguageModel Create(ModelConfig config, ICandidateWeights weights, ITokenizer tokenizer, InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options ??= new InferenceOptions();
        options.Check();
        var decoder = DecoderConfig.Read(config);
        var device = Device.Parse(options.Device, config.TorchDtype);
        if (weights is not CpuWeights cpuWeights)
            throw new ArgumentException($"Weights on '{weights.Device}' cannot be read; they must be in a CpuWeights.", nameof(weights));
        return new OnnxLanguageModel(decoder, new BoundWeights(decoder, cpuWeights, device), tokenizer, options);
    }
}
