using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>What single YAML values mean: only unquoted ones are numbers, booleans or null.</summary>
internal static class Scalars
{
    public static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Value: null or "" or "~" or "null" or "Null" or "NULL" };

    public static bool TryNumber([NotNullWhen(true)] YamlNode? node, out double value)
    {
        value = 0;
        return node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Value: { } text }
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    public static bool TryFlag([NotNullWhen(true)] YamlNode? node, out bool value)
    {
        value = false;
        return node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Value: { } text } && bool.TryParse(text, out value);
    }

    /// <summary>The text of a value that is no mapping, list or null.</summary>
    public static bool TryText([NotNullWhen(true)] YamlNode? node, [NotNullWhen(true)] out string? text)
    {
        text = node is YamlScalarNode scalar && !IsNull(node) ? scalar.Value : null;
        return text is not null;
    }

    /// <summary>The shortest text that reads back as the same number, without exponent where that is readable.</summary>
    public static string Format(double value)
    {
        if (value == 0)
            return "0"; // −0 too: it is the same gene
        var magnitude = Math.Abs(value);
        return magnitude is >= 1e-6 and < 1e15
            ? value.ToString("0.#################", CultureInfo.InvariantCulture) is var text && double.Parse(text, CultureInfo.InvariantCulture) == value
                ? text
                : value.ToString("R", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>A node as a message quotes it, cut short.</summary>
    public static string Show(YamlNode node) => node switch
    {
        YamlScalarNode { Value: { Length: > 60 } text } => text[..60] + "…",
        YamlScalarNode scalar => scalar.Value ?? "",
        YamlMappingNode => "{…}",
        _ => "[…]",
    };
}
