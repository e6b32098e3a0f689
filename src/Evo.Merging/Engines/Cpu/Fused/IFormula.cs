namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// A merge method's arithmetic, from the inputs' stored elements to the merged values without a stop in memory. It does the same
/// operations in the same order as the method's kernel does block by block, so that the bits are the same.
/// </summary>
internal unsafe interface IFormula
{
    /// <summary>Turns to other memory; index 0 of every input is the element at <paramref name="start"/>.</summary>
    void Place(InputPointers inputs, long start);

    Lanes At<TInput>(nuint index)
        where TInput : struct, IInputElements;
}

/// <summary>Where the elements of a run lie: the base's, and each model's.</summary>
internal readonly unsafe struct InputPointers(byte* @base, byte** models, int count)
{
    /// <summary>Null for methods without a base.</summary>
    public byte* Base => @base;

    public byte** Models => models;

    public int Count => count;
}
