using System.Globalization;
using System.Text;

namespace Evo.Merging.Recipes;

/// <summary>
/// Writes a recipe as YAML that mergekit reads back to the same values, and so does <see cref="RecipeReader"/>. Numbers keep all their digits and
/// are spelled so that YAML 1.1 parsers take them for floats (<c>1.0e-05</c>, never <c>1E-05</c>, which PyYAML reads as a text).
/// </summary>
public static class RecipeWriter
{
    /// <summary>One document; a recipe with stages is several, the stages first, as <c>mergekit-multi</c> reads them.</summary>
    public static string ToYaml(MergeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var yaml = new StringBuilder();
        foreach (var stage in recipe.Stages)
            Document(yaml, stage).Append("---\n");
        return Document(yaml, recipe).ToString();
    }

    internal static string Number(double value) => RecipeScalars.Number(value);

    private static StringBuilder Document(StringBuilder yaml, MergeRecipe recipe)
    {
        Line(yaml, 0, "name", recipe.Name);
        Line(yaml, 0, "merge_method", recipe.MergeMethod);
        Line(yaml, 0, "base_model", recipe.BaseModel);
        Models(yaml, 0, recipe.Models.AsSpan());
        Slices(yaml, 0, recipe.Slices.AsSpan());
        if (!recipe.Modules.IsEmpty)
            yaml.Append("modules:\n");
        foreach (var module in recipe.Modules)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  {RecipeScalars.Text(module.Name)}:\n");
            Models(yaml, 4, module.Models.AsSpan());
            Slices(yaml, 4, module.Slices.AsSpan());
            Parameters(yaml, 4, module.Parameters);
        }

        Parameters(yaml, 0, recipe.Parameters);
        Line(yaml, 0, "dtype", recipe.Dtype);
        Line(yaml, 0, "out_dtype", recipe.OutDtype);
        Line(yaml, 0, "tokenizer_source", recipe.TokenizerSource);
        if (recipe.Tokenizer is { } tokenizer)
            Tokenizer(yaml, tokenizer);
        Line(yaml, 0, "chat_template", recipe.ChatTemplate);
        CalibrationReader.Write(yaml, recipe.Calibration, RecipeScalars.Text);
        return yaml;
    }

    private static void Models(StringBuilder yaml, int indent, ReadOnlySpan<RecipeModel> models)
    {
        if (!models.IsEmpty)
            yaml.Append(' ', indent).Append("models:\n");
        foreach (var model in models)
        {
            yaml.Append(' ', indent + 2).Append("- model: ").Append(RecipeScalars.Text(model.Model)).Append('\n');
            Parameters(yaml, indent + 4, model.Parameters);
        }
    }

    private static void Slices(StringBuilder yaml, int indent, ReadOnlySpan<RecipeSlice> slices)
    {
        if (!slices.IsEmpty)
            yaml.Append(' ', indent).Append("slices:\n");
        foreach (var slice in slices)
        {
            yaml.Append(' ', indent + 2).Append("- sources:\n");
            foreach (var source in slice.Sources)
            {
                yaml.Append(' ', indent + 6).Append("- model: ").Append(RecipeScalars.Text(source.Model)).Append('\n');
                yaml.Append(' ', indent + 8).Append(CultureInfo.InvariantCulture, $"layer_range: [{source.FirstLayer}, {source.EndLayer}]\n");
                Parameters(yaml, indent + 8, source.Parameters);
            }

            Line(yaml, indent + 4, "base_model", slice.BaseModel);
            Parameters(yaml, indent + 4, slice.Parameters);
        }
    }

    private static void Tokenizer(StringBuilder yaml, TokenizerRecipe tokenizer)
    {
        yaml.Append("tokenizer:\n");
        Line(yaml, 2, "source", tokenizer.Source);
        if (!tokenizer.Tokens.IsEmpty)
            yaml.Append("  tokens:\n");
        foreach (var rule in tokenizer.Tokens)
        {
            yaml.Append("    ").Append(RecipeScalars.Text(rule.Token)).Append(rule is { Origin: null, Force: false } ? ": {}\n" : ":\n");
            switch (rule.Origin)
            {
                case TokenOrigin.OfModel own:
                    Line(yaml, 6, "source", own.Model);
                    break;
                case TokenOrigin.OfToken other:
                    yaml.Append("      source:\n");
                    Line(yaml, 8, "kind", "model_token");
                    Line(yaml, 8, "model", other.Model);
                    Line(yaml, 8, "token", other.Token);
                    if (other.Id is { } id)
                        yaml.Append(CultureInfo.InvariantCulture, $"        token_id: {id}\n");
                    break;
                case TokenOrigin.Zero:
                    yaml.Append("      source:\n        kind: zero\n");
                    break;
            }

            if (rule.Force)
                yaml.Append("      force: true\n");
        }

        if (tokenizer.PadToMultipleOf is { } multiple)
            yaml.Append(CultureInfo.InvariantCulture, $"  pad_to_multiple_of: {multiple}\n");
    }

    private static void Parameters(StringBuilder yaml, int indent, RecipeParameters parameters)
    {
        if (parameters.IsEmpty)
            return;
        yaml.Append(' ', indent).Append("parameters:\n");
        foreach (var (name, setting) in parameters.Settings)
        {
            yaml.Append(' ', indent + 2).Append(RecipeScalars.Text(name)).Append(':');
            if (setting is not ConditionalSetting conditional)
            {
                yaml.Append(' ').Append(RecipeScalars.Setting(setting)).Append('\n');
                continue;
            }

            yaml.Append('\n');
            foreach (var entry in conditional.Entries)
            {
                yaml.Append(' ', indent + 4).Append("- ");
                if (entry.Filter is not null)
                    yaml.Append("filter: ").Append(RecipeScalars.Text(entry.Filter)).Append('\n').Append(' ', indent + 6);
                yaml.Append("value: ").Append(RecipeScalars.Setting(entry.Value)).Append('\n');
            }
        }
    }

    private static void Line(StringBuilder yaml, int indent, string key, string? value)
    {
        if (value is not null)
            yaml.Append(' ', indent).Append(key).Append(": ").Append(RecipeScalars.Text(value)).Append('\n');
    }
}
