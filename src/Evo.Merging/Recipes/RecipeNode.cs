using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>A YAML node together with the name of its document, read strictly: what does not fit is refused with line and column.</summary>
internal readonly partial record struct RecipeNode(YamlNode Node, string SourceName)
{
    public bool IsScalar => Node is YamlScalarNode;

    public bool IsSequence => Node is YamlSequenceNode;

    public bool IsNull => Node is YamlScalarNode { Value: null or "" or "~" or "null" or "Null" or "NULL", Style: not (YamlDotNet.Core.ScalarStyle.SingleQuoted or YamlDotNet.Core.ScalarStyle.DoubleQuoted) };

    public bool IsMapping => Node is YamlMappingNode;

    public RecipePlace Place => new(Node.Start.Line, Node.Start.Column);

    public RecipeException Refuse(string problem) => new(SourceName, Node.Start.Line, Node.Start.Column, problem);

    /// <summary>The entries of a mapping; a key outside <paramref name="known"/> is refused, unless it is one of the <paramref name="definitions"/>.</summary>
    public Dictionary<string, RecipeNode> Mapping(string what, IReadOnlyCollection<string> known, IReadOnlySet<string>? definitions = null)
    {
        var fields = new Dictionary<string, RecipeNode>(StringComparer.Ordinal);
        foreach (var (key, value) in Entries(what))
        {
            if (definitions?.Contains(key.Text("a key")) == true)
                continue;
            if (!value.IsNull && RecipeKeys.Refused.TryGetValue(key.Text("a key"), out var reason) && !known.Contains(key.Text("a key")))
                throw key.Refuse($"'{key.Text("a key")}': {reason}");
            if (!known.Contains(key.Text("a key")) && !RecipeKeys.Refused.ContainsKey(key.Text("a key")))
                throw key.Refuse($"unknown key '{key.Text("a key")}' in {what}{NearestName.Hint(key.Text("a key"), known)}");
            if (!value.IsNull)
                fields[key.Text("a key")] = value;
        }

        return fields;
    }

    /// <summary>The entries of a mapping, with those that it merges in (<c>&lt;&lt;: *defaults</c>): what it writes itself goes before them.</summary>
    public IEnumerable<(RecipeNode Key, RecipeNode Value)> Entries(string what)
    {
        var source = SourceName;
        if (Node is not YamlMappingNode mapping)
            throw Refuse($"{what} must be a mapping (key: value)");
        return mapping.Children.Keys.Any(MergedMappings.IsMergeKey)
            ? MergedMappings.Of(this).Select(pair => (new RecipeNode(pair.Key, source), new RecipeNode(pair.Value, source)))
            : mapping.Children.Select(pair => (new RecipeNode(pair.Key, source), new RecipeNode(pair.Value, source)));
    }

    public IReadOnlyList<RecipeNode> Items(string what)
    {
        var source = SourceName;
        return Node is YamlSequenceNode { Children.Count: > 0 } sequence
            ? [.. sequence.Children.Select(child => new RecipeNode(child, source))]
            : throw Refuse($"{what} must be a list with at least one entry");
    }

    public string Text(string what) =>
        Node is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : throw Refuse($"{what} must be a text");

    /// <summary>A whole number, which may be spelled with a point (<c>4.0</c>).</summary>
    public int WholeNumber(string what) =>
        Node is YamlScalarNode { Value: { } text } && Number().IsMatch(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw Refuse($"{what} must be a whole number");

    public bool Flag(string what) =>
        Node is YamlScalarNode && Scalar(what) is { IsBoolean: true } flag ? flag.Value != 0 : throw Refuse($"{what} must be true or false");

    /// <summary>A finite number, or a boolean as 0 or 1.</summary>
    public ScalarSetting Scalar(string what)
    {
        if (Node is YamlScalarNode { Value: { } text })
        {
            switch (text)
            {
                case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                    return new ScalarSetting(1, IsBoolean: true);
                case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                    return new ScalarSetting(0, IsBoolean: true);
            }

            if (Number().IsMatch(text)
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && double.IsFinite(value))
                return new ScalarSetting(value);
        }

        throw Refuse($"{what} must be a finite number, true or false, a list of numbers, or a list of {{filter, value}}");
    }

    [GeneratedRegex(@"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
