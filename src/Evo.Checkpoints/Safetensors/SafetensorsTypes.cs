using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>The spellings of element types in a safetensors header.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ElementType Type)[] All =
    [
        ("F64", ElementType.F64), ("F32", ElementType.F32), ("F16", ElementType.F16), ("BF16", ElementType.BF16),
        ("F8_E4M3", ElementType.F8E4M3), ("F8_E5M2", ElementType.F8E5M2),
        ("I64", ElementType.I64), ("I32", ElementType.I32), ("I16", ElementType.I16), ("I8", ElementType.I8),
        ("U64", ElementType.U64), ("U32", ElementType.U32), ("U16", ElementType.U16), ("U8", ElementType.U8),
        ("BOOL", ElementType.Bool),
    ];

    /// <summary>All spellings, for messages.</summary>
    public static string Known { get; } = string.Join(", ", All.Select(entry => entry.Name));

    public static ElementType? Find(string name)
    {
        foreach (var entry in All)
        {
            if (entry.Name == name)
                return entry.Type;
        }

        return null;
    }

    public static string NameOf(ElementType type) => Array.Find(All, entry => entry.Type == type).Name;
}
