using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>What every <see cref="Election{TDivisor}"/> of a formula compares with.</summary>
internal readonly struct ElectionConstants()
{
    public Vector512<float> Zero { get; } = Vector512<float>.Zero;

    public Vector512<float> SignBits { get; } = Vector512.Create(-0f);
}
