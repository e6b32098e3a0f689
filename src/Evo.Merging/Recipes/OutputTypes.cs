using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Recipes;

/// <summary>The element types that a merge can be written in, by PyTorch's names.</summary>
internal static class OutputTypes
{
    /// <summary>Reads <c>bfloat16</c> or <c>torch.bfloat16</c>; null for any other type.</summary>
    public static ElementType? Find(string name) => (name.StartsWith("torch.", StringComparison.Ordinal) ? name[6..] : name) switch
    {
        "float32" or "float" => ElementType.F32,
        "bfloat16" => ElementType.BF16,
        "float16" or "half" => ElementType.F16,
        _ => null,
    };

    public static string NameOf(ElementType type) => type switch
    {
        ElementType.F32 => "float32",
        ElementType.BF16 => "bfloat16",
        ElementType.F16 => "float16",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no output type"),
    };
}
