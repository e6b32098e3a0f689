using System.Text.Json.Nodes;
using Evo.Checkpoints;

namespace Evo.Inference.Graphs;

/// <summary>Typed reading of the fields of <c>rope_scaling</c> or <c>rope_parameters</c>; null when a field is missing or null.</summary>
internal sealed class RotaryFields(string path, string owner, JsonObject fields)
{
    public double? Number(string key) => fields[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<double>(out var number) && double.IsFinite(number) => number,
        _ => throw Refusal(key, "must be a number"),
    };

    /// <summary>A number above 0 that must be there.</summary>
    public double Positive(string key) => Number(key) is > 0 and var number ? number : throw Refusal(key, "must be there and above 0");

    public string? Text(string key) => fields[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Refusal(key, "must be a string"),
    };

    public bool? Flag(string key) => fields[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw Refusal(key, "must be true or false"),
    };

    public void RefuseUnknown(IEnumerable<string> known)
    {
        foreach (var (key, value) in fields)
        {
            if (value is not null && !known.Contains(key))
                throw Refusal(key, "is not known; left out it could change the model's numbers");
        }

        if (Number("partial_rotary_factor") is { } part && part != 1)
            throw Refusal("partial_rotary_factor", $"is {part}; only whole heads can be rotated (1)");
    }

    public CheckpointException Refusal(string key, string problem) => new(path, $"'{owner}.{key}' {problem}.");
}
