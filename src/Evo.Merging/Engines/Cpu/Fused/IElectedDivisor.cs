using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>How an election tallies the models that agree, and divides by the sum of their weights.</summary>
internal interface IElectedDivisor
{
    /// <summary>What a tally begins at, where <see cref="Divide"/> is to divide by it.</summary>
    Vector512<float> Empty { get; }

    /// <summary>What is tallied of a model that agrees.</summary>
    Vector512<float> Ballot(int model, Vector512<float> weight);

    /// <summary>A tally with a ballot more where the model agrees.</summary>
    static abstract Vector512<float> Tallied(Vector512<float> tally, Vector512<float> ballot, Vector512<float> agrees);

    /// <param name="sum">Of the deltas that agree; 0 where none does.</param>
    Lanes Divide(Lanes sum, Lanes tally);
}
