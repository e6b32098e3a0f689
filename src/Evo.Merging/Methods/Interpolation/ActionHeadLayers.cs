using System.Globalization;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Interpolation;

/// <summary>Numbered blocks of action heads, told by tensor names.</summary>
internal static class ActionHeadLayers
{
    /// <summary>How far the tensor's block is from the last one of the action heads in the plan (0 for the last); null outside action heads and numbered blocks.</summary>
    public static int? FromLast(TensorInputs inputs)
    {
        if (Number(inputs.Name) is not { } number)
            return null;
        return inputs.Plan.Remember("last block of action heads", () => inputs.Plan.Tensors.Max(tensor => Number(tensor.Inputs.Name) ?? -1)) - number;
    }

    private static int? Number(string tensorName)
    {
        if (ModuleGroups.Of(tensorName) != ModuleGroup.Action || !tensorName.Contains("head", StringComparison.Ordinal))
            return null;
        var numbers = tensorName.Split('.').Where(module => int.TryParse(module, NumberStyles.None, CultureInfo.InvariantCulture, out _)).ToArray();
        return numbers.Length == 0 ? null : int.Parse(numbers[0], CultureInfo.InvariantCulture);
    }
}
