namespace Evo.Merging.Methods.Kernels;

/// <summary>What a run must contain for a kernel to merge it.</summary>
public enum Granularity
{
    /// <summary>Any consecutive elements.</summary>
    Elements,

    /// <summary>Whole rows, one or more (the last axis; a tensor of one axis is one row).</summary>
    Rows,

    /// <summary>The tensor: matrix methods. An engine holds all its inputs and the result in float32.</summary>
    Whole,
}
