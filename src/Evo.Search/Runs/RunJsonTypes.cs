using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Evo.Inference;
using Evo.Optimization;
using Evo.Search.Fronts;
using Evo.Search.Spaces;

namespace Evo.Search.Runs;

/// <summary>The types that <see cref="RunJson"/> writes and reads, compiled in: nothing is looked up by reflection, so they survive trimming.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCase<Goal>), typeof(CamelCase<FinishReason>), typeof(CamelCase<RunState>)])]
[JsonSerializable(typeof(FrontDocument))]
[JsonSerializable(typeof(CandidateDetails))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(Budget))]
[JsonSerializable(typeof(ImmutableArray<RunObjective>))]
[JsonSerializable(typeof(ImmutableArray<Coefficient>))]
[JsonSerializable(typeof(ImmutableArray<double>))]
[JsonSerializable(typeof(RunLock.Owner))]
internal sealed partial class RunJsonTypes : JsonSerializerContext
{
    private sealed class CamelCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
        where T : struct, Enum;
}
