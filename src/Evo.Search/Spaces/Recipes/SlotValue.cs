using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>What takes the place of a range.</summary>
internal abstract record SlotValue
{
    /// <summary>One value where the range stood.</summary>
    public sealed record Single(YamlNode Node) : SlotValue;

    /// <summary>A value for each model, by label; they go to the models' own parameters, and nothing stays where the range stood.</summary>
    public sealed record ByModel(IReadOnlyDictionary<string, YamlNode> Nodes) : SlotValue;
}
