using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;
using Evo.Merging;

namespace Evo.Evaluation.Calibration;

/// <summary>Adam's second moments (<c>exp_avg_sq</c>) from a file that the user names: safetensors in float32 with the model's own tensor names and shapes.</summary>
internal static class OptimizerState
{
    /// <exception cref="RecipeException">There is no such file, it is a pickle, or it does not belong to the model.</exception>
    public static SafetensorsFile Open(string path, string model, ModelFolder folder)
    {
        if (!File.Exists(path))
            throw new RecipeException($"calibration: there is no file '{path}' with the optimizer state of '{model}'");
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new RecipeException($"calibration: '{path}' is no .safetensors file; PyTorch's own files are pickles, which can run any code and are not read. "
                + "Save exp_avg_sq by the model's tensor names with safetensors.torch.save_file");
        }

        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Open(path);
        }
        catch (CheckpointException problem)
        {
            throw new RecipeException($"calibration: the optimizer state of '{model}' cannot be read: {problem.Message}", problem);
        }

        var known = 0;
        foreach (var tensor in file.Tensors)
        {
            if (folder.Find(tensor.Name) is not { } stored)
                continue;
            known++;
            if (tensor.Type == ElementType.F32 && tensor.Shape.SequenceEqual(stored.Shape))
                continue;
            file.Dispose();
            throw new RecipeException($"calibration: '{tensor.Name}' in '{path}' is {tensor.Type} {tensor.ShapeText}; second moments of '{model}' must be F32 {stored.ShapeText}");
        }

        if (known > 0)
            return file;
        file.Dispose();
        throw new RecipeException($"calibration: no tensor of '{path}' is one of '{model}'; the file needs exp_avg_sq under the model's own tensor names");
    }
}
