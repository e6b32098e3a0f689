using System.Globalization;
using System.Text;

namespace Evo.Merging.Recipes;

/// <summary>
/// Writes a recipe as YAML that mergekit reads back to the same values, and so does <see cref="RecipeReader"/>. Numbers keep all their digits and
/// are spelled so that YAML 1.1 parsers take them for floats (<c>1.0e-05</c>, never <c>1E-05</c>, which PyYAML reads as a text).
/// </summary>
public static class RecipeWriter
{
    public static string ToYaml(MergeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var yaml = new StringBuilder();
        Line(yaml, 0, "merge_method", recipe.MergeMethod);
        Line(yaml, 0, "base_model", recipe.BaseModel);
        if (!recipe.Models.IsEmpty)
            yaml.Append("models:\n");
        foreach (var model in recipe.Models)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - model: {Text(model.Model)}\n");
            Parameters(yaml, 4, model.Parameters);
        }

        if (!recipe.Slices.IsEmpty)
            yaml.Append("slices:\n");
        foreach (var slice in recipe.Slices)
            Slice(yaml, slice);
        Parameters(yaml, 0, recipe.Parameters);
        Line(yaml, 0, "dtype", recipe.Dtype);
        Line(yaml, 0, "out_dtype", recipe.OutDtype);
        Line(yaml, 0, "tokenizer_source", recipe.TokenizerSource);
        Line(yaml, 0, "chat_template", recipe.ChatTemplate);
        return yaml.ToString();
    }

    private static void Slice(StringBuilder yaml, RecipeSlice slice)
    {
        yaml.Append("  - sources:\n");
        foreach (var source in slice.Sources)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"      - model: {Text(source.Model)}\n");
            yaml.Append(CultureInfo.InvariantCulture, $"        layer_range: [{source.FirstLayer}, {source.EndLayer}]\n");
            Parameters(yaml, 8, source.Parameters);
        }

        Line(yaml, 4, "base_model", slice.BaseModel);
        Parameters(yaml, 4, slice.Parameters);
    }

    private static void Parameters(StringBuilder yaml, int indent, RecipeParameters parameters)
    {
        if (parameters.IsEmpty)
            return;
        yaml.Append(' ', indent).Append("parameters:\n");
        foreach (var (name, setting) in parameters.Settings)
        {
            yaml.Append(' ', indent + 2).Append(Text(name)).Append(':');
            if (setting is not ConditionalSetting conditional)
            {
                yaml.Append(' ').Append(Value(setting)).Append('\n');
                continue;
            }

            yaml.Append('\n');
            foreach (var entry in conditional.Entries)
            {
                yaml.Append(' ', indent + 4).Append("- ");
                if (entry.Filter is not null)
                    yaml.Append("filter: ").Append(Text(entry.Filter)).Append('\n').Append(' ', indent + 6);
                yaml.Append("value: ").Append(Value(entry.Value)).Append('\n');
            }
        }
    }

    private static void Line(StringBuilder yaml, int indent, string key, string? value)
    {
        if (value is not null)
            yaml.Append(' ', indent).Append(key).Append(": ").Append(Text(value)).Append('\n');
    }

    private static string Value(ParameterSetting setting) => setting switch
    {
        ScalarSetting { IsBoolean: true } scalar => scalar.Value != 0 ? "true" : "false",
        ScalarSetting { Text: { } text } => Text(text),
        ScalarSetting scalar => Number(scalar.Value),
        GradientSetting gradient => $"[{string.Join(", ", gradient.Knots.Select(Number))}]",
        _ => throw new ArgumentException("conditions cannot be nested", nameof(setting)),
    };

    /// <summary>The shortest digits that read back to the same double, always with a point and a signed exponent.</summary>
    internal static string Number(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = digits.IndexOf('E', StringComparison.Ordinal);
        var mantissa = exponent < 0 ? digits : digits[..exponent];
        if (!mantissa.Contains('.', StringComparison.Ordinal))
            mantissa += ".0";
        return exponent < 0 ? mantissa : $"{mantissa}e{digits[(exponent + 1)..]}";
    }

    /// <summary>A plain word where YAML cannot take it for anything else, else a double-quoted text.</summary>
    private static string Text(string text)
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
