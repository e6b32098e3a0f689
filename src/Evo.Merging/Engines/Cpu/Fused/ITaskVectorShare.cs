using System.Runtime.Intrinsics;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>A <see cref="TaskVectorShare"/> in registers, for a stretch of elements in which no cut changes.</summary>
internal interface ITaskVectorShare<TSelf>
    where TSelf : unmanaged, ITaskVectorShare<TSelf>
{
    static abstract TSelf Of(TaskVectorShare share);

    /// <summary>The share's weight, in every lane.</summary>
    Vector512<float> Weight { get; }

    /// <summary>Elements from <paramref name="start"/> on for which <see cref="Place"/> holds.</summary>
    long Reach(long start);

    /// <summary>Turns to the elements from <paramref name="start"/> on.</summary>
    void Place(long start);

    /// <summary>What the sparsity leaves of the task vector, times the weight.</summary>
    /// <param name="indices">Which elements the lanes hold, counted from the place.</param>
    Vector512<float> Delta(Vector512<float> taskVector, Vector512<uint> indices);
}
