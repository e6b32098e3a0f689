using System.Text.Json.Serialization;
using Evo.Search.Loop;

namespace Evo.Cli.Output;

/// <summary>The members of a search plan as JSON: camelCase, what is unknown as null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SearchPlan))]
internal sealed partial class PlanJson : JsonSerializerContext;
