using System.Globalization;
using Evo.Inference.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Devices;

/// <summary>Where a model runs and in which type.</summary>
/// <param name="Cuda">Number of the CUDA device; null for the CPU.</param>
/// <param name="Type">Type of weights, activations and caches.</param>
internal sealed record Device(int? Cuda, OnnxType Type)
{
    /// <summary>
    /// Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>. The CPU computes in float32 (its float16 is five times slower, and it has no bfloat16 kernels); CUDA's
    /// attention has no float32 kernel, so it computes in float16 for float16 checkpoints and in bfloat16 for all others.
    /// </summary>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static Device Parse(string name, string? checkpointType)
    {
        if (name == "cpu")
            return new Device(null, OnnxType.Float);
        var number = name == "cuda" ? "0" : name.StartsWith("cuda:", StringComparison.Ordinal) ? name["cuda:".Length..] : "";
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var cuda))
            throw new ArgumentException($"Device '{name}' is unknown: use cpu, cuda or cuda:N.", nameof(name));
        return new Device(cuda, checkpointType == "float16" ? OnnxType.Float16 : OnnxType.BFloat16);
    }

    /// <summary>Bytes of one element.</summary>
    public int ElementBytes => Type == OnnxType.Float ? sizeof(float) : sizeof(ushort);

    /// <summary>The device's memory, in which tensors are bound.</summary>
    public OrtMemoryInfo Memory() =>
        Cuda is { } number ? new OrtMemoryInfo("Cuda", OrtAllocatorType.ArenaAllocator, number, OrtMemType.Default) : OrtMemoryInfo.DefaultInstance;

    /// <summary>Makes sure that the device's libraries are there, without a graph.</summary>
    /// <exception cref="DllNotFoundException">As <see cref="Load"/>.</exception>
    public void Require()
    {
        if (Cuda is not { } number)
            return;
        using var options = new SessionOptions();
        AddCuda(options, number);
    }

    /// <summary>Loads a graph on the device.</summary>
    /// <exception cref="DllNotFoundException">This build's ONNX Runtime has no CUDA provider, or its libraries are not on this machine.</exception>
    public InferenceSession Load(byte[] model)
    {
        using var options = new SessionOptions
        {
            // One thread a run: with more, matrix products are cut differently at different sizes, and bits with them.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false, // shapes change from batch to batch
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (Cuda is { } number)
            AddCuda(options, number);
        return new InferenceSession(model, options);
    }

    private static void AddCuda(SessionOptions options, int number)
    {
        try
        {
            using var settings = new OrtCUDAProviderOptions();
            settings.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = number.ToString(CultureInfo.InvariantCulture),
                ["use_tf32"] = "0", // ten bits of mantissa are not what a score should rest on
            });
            options.AppendExecutionProvider_CUDA(settings);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or EntryPointNotFoundException)
        {
            throw new DllNotFoundException(
                $"cuda:{number} cannot be used: {failure.Message} Build with -p:OnnxRuntime=nuget-gpu on a machine with CUDA 13, or use device cpu.", failure);
        }

        options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1"); // a node left on the CPU is a fault of the graph, not something to wait for
    }
}
