namespace Evo.Checkpoints.Models;

/// <summary>What to say of a folder without safetensors weights.</summary>
internal static class MissingWeights
{
    public static CheckpointException In(string folder)
    {
        if (Any(folder, "pytorch_model*.bin") || Any(folder, "*.pt") || Any(folder, "*.pth"))
        {
            return new CheckpointException(folder,
                "has its weights as a pickle only (pytorch_model.bin), and unpickling a downloaded file can run any code in it; "
                + "convert it where you trust it: in Python, model.save_pretrained(folder, safe_serialization=True)");
        }

        if (File.Exists(Path.Combine(folder, "adapter_config.json")))
            return new CheckpointException(folder, "is an adapter, not a whole model; name it together with its base, as base+adapter");

        return new CheckpointException(folder,
            $"has neither {WeightFileNames.Single} nor {WeightFileNames.Index}; give the folder of a Hugging Face model in safetensors format");
    }

    private static bool Any(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern).Any();
}
