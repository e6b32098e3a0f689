namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>How many models a formula is compiled for.</summary>
internal interface IModelCount
{
    static abstract int Models { get; }
}

internal readonly struct TwoModels : IModelCount
{
    public static int Models => 2;
}

internal readonly struct ThreeModels : IModelCount
{
    public static int Models => 3;
}

internal readonly struct FourModels : IModelCount
{
    public static int Models => 4;
}
