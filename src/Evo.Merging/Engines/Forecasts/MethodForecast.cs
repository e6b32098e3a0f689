using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>One method's share of a merge.</summary>
/// <param name="Seconds">Reading and computing, on all threads together; 0 where nothing was measured.</param>
public sealed record MethodForecast(string Method, int Tensors, long Elements, long BytesRead, double Seconds)
{
    internal static MethodForecast Of(IMergeMethod method, ImmutableArray<PlannedTensor> tensors, SpeedProbe? probe) => new(
        method.Name,
        tensors.Length,
        tensors.Sum(tensor => tensor.Output.ElementCount),
        tensors.Sum(tensor => tensor.Sources.Sum(source => source.BytesToRead)),
        probe is null ? 0 : tensors.Sum(tensor => probe.SampleOf(tensor).SecondsFor(tensor)));
}
