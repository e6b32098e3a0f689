namespace Evo.Checkpoints.Tensors;

/// <summary>Sizes and spellings of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int ByteSize(this ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 or ElementType.U64 => 8,
        ElementType.F32 or ElementType.I32 or ElementType.U32 => 4,
        ElementType.F16 or ElementType.BF16 or ElementType.I16 or ElementType.U16 => 2,
        _ => 1,
    };

    /// <summary>
    /// True for the types that hold weights (f64, f32, f16, bf16, fp8); integer and boolean tensors are carried, never averaged.
    /// </summary>
    public static bool IsFloatingPoint(this ElementType type) => type <= ElementType.F8E5M2;
}
