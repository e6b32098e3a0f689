using System.Globalization;
using System.Text;

namespace Evo.Merging.Recipes;

/// <summary>Numbers and texts, spelled so that YAML 1.1 and 1.2 parsers read the same from them.</summary>
internal static class RecipeScalars
{
    public static string Setting(ParameterSetting setting) => setting switch
    {
        ScalarSetting { IsBoolean: true } scalar => scalar.Value != 0 ? "true" : "false",
        ScalarSetting { Text: { } text } => Text(text),
        ScalarSetting scalar => Number(scalar.Value),
        GradientSetting gradient => $"[{string.Join(", ", gradient.Knots.Select(Number))}]",
        _ => throw new ArgumentException("conditions cannot be nested", nameof(setting)),
    };

    /// <summary>The shortest digits that read back to the same double, always with a point and a signed exponent.</summary>
    public static string Number(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = digits.IndexOf('E', StringComparison.Ordinal);
        var mantissa = exponent < 0 ? digits : digits[..exponent];
        if (!mantissa.Contains('.', StringComparison.Ordinal))
            mantissa += ".0";
        return exponent < 0 ? mantissa : $"{mantissa}e{digits[(exponent + 1)..]}";
    }

    /// <summary>A plain word where YAML cannot take it for anything else, else a double-quoted text.</summary>
    public static string Text(string text)
    {
        var plain = text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-')
            && char.IsAsciiLetter(text[0])
            && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "NULL" or "Y" or "N");
        if (plain)
            return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                < ' ' or '\x7f' or '\x85' or '\u2028' or '\u2029' or '\ufeff' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        return quoted.Append('"').ToString();
    }
}
