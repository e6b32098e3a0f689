using System.Globalization;
using Evo.Merging.Recipes;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>One mapping of a search space, read key by key; keys that nobody knows are refused at once.</summary>
internal sealed class Fields
{
    private readonly SpaceDocument _document;
    private readonly YamlMappingNode _mapping;
    private readonly string _what;

    public Fields(SpaceDocument document, YamlNode node, string what, params string[] known)
    {
        _document = document;
        _what = what;
        _mapping = node as YamlMappingNode ?? throw document.Refuse(node, $"{what} must be a mapping with the keys {string.Join(", ", known)}");
        foreach (var key in _mapping.Children.Keys)
        {
            if (!Scalars.TryText(key, out var name) || !known.Contains(name, StringComparer.Ordinal))
                throw document.Refuse(key, $"{what} has no key '{Scalars.Show(key)}'{NearestName.Hint(Scalars.Show(key), known)}");
        }
    }

    public YamlMappingNode Node => _mapping;

    /// <summary>Null when the key is absent or its value is null.</summary>
    public YamlNode? Find(string key) =>
        _mapping.Children.TryGetValue(new YamlScalarNode(key), out var value) && !Scalars.IsNull(value) ? value : null;

    public YamlNode Require(string key, string why) =>
        Find(key) ?? throw _document.Refuse(_mapping, $"{_what} needs '{key}': {why}");

    public string? Text(string key) => Find(key) is not { } node ? null
        : Scalars.TryText(node, out var text) && text.Length > 0 ? text
        : throw _document.Refuse(node, $"'{key}' must be text");

    public string RequireText(string key, string why)
    {
        Require(key, why);
        return Text(key)!;
    }

    public bool? Flag(string key) => Find(key) is not { } node ? null
        : Scalars.TryFlag(node, out var value) ? value
        : throw _document.Refuse(node, $"'{key}' must be true or false");

    public double? Number(string key, double least, double most) => Find(key) is not { } node ? null
        : Scalars.TryNumber(node, out var value) && value >= least && value <= most ? value
        : throw _document.Refuse(node, $"'{key}' must be a number {Between(least, most)}, not '{Scalars.Show(node)}'");

    public long? Whole(string key, long least, long most) => Find(key) is not { } node ? null
        : Scalars.TryNumber(node, out var value) && value == Math.Floor(value) && value >= least && value <= most ? (long)value
        : throw _document.Refuse(node, $"'{key}' must be a whole number {Between(least, most)}, not '{Scalars.Show(node)}'");

    private static string Between(double least, double most) =>
        most >= int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"of at least {least}")
            : string.Create(CultureInfo.InvariantCulture, $"from {least} to {most}");
}
