using System.Collections.Immutable;
using Evo.Merging.Methods;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>Reads a <c>parameters:</c> mapping: numbers, booleans, gradients and lists of {filter, value}.</summary>
internal static class ParameterReader
{
    public static RecipeParameters Read(Dictionary<string, RecipeNode> fields)
    {
        if (!fields.TryGetValue("parameters", out var node))
            return RecipeParameters.None;
        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, ParameterSetting>>();
        foreach (var (key, value) in node.Entries("'parameters'"))
        {
            var name = key.Text("a parameter's name");
            if (!MergeMethods.ParameterNames.Contains(name) && !RecipeKeys.LegacyParameters.Contains(name))
                throw key.Refuse($"unknown parameter '{name}'{NearestName.Hint(name, MergeMethods.ParameterNames)}");
            if (!value.IsNull)
                settings.Add(new(name, Setting(value, name) with { Place = value.Place }));
        }

        return new RecipeParameters(settings.ToImmutable());
    }

    private static ParameterSetting Setting(RecipeNode node, string name)
    {
        if (node.IsScalar)
            return Scalar(node, name);
        if (!node.IsSequence)
            return new ConditionalSetting([Condition(node, name)]);
        var items = node.Items($"'{name}'");
        return items.All(item => item.IsScalar) && !MergeMethods.Choices.ContainsKey(name)
            ? Gradient(items, name)
            : new ConditionalSetting([.. items.Select(item => Condition(item, name))]);
    }

    private static ScalarSetting Scalar(RecipeNode node, string name)
    {
        if (MergeMethods.Words.TryGetValue(name, out var words) && words.FirstOrDefault(word => word.Key == (node.Node as YamlScalarNode)?.Value) is { Key: { } key } found)
            return new ScalarSetting(found.Value, Text: key);
        if (!MergeMethods.Choices.TryGetValue(name, out var choices))
            return node.Scalar($"'{name}'");
        var text = node.Text($"'{name}'");
        return choices.IndexOf(text) is >= 0 and var position
            ? new ScalarSetting(position, Text: text)
            : throw node.Refuse($"'{name}' must be one of {string.Join(", ", choices)}, not '{text}'");
    }

    private static GradientSetting Gradient(IReadOnlyList<RecipeNode> items, string name) =>
        new([.. items.Select(item => item.Scalar($"a value of '{name}'").Value)]);

    private static ConditionalValue Condition(RecipeNode node, string name)
    {
        var fields = node.Mapping($"a condition of '{name}'", RecipeKeys.Condition);
        if (!fields.TryGetValue("value", out var value))
            throw node.Refuse($"a condition of '{name}' needs a 'value'");
        ParameterSetting setting = value.IsScalar
            ? Scalar(value, name)
            : value.IsSequence && !MergeMethods.Choices.ContainsKey(name)
                ? Gradient(value.Items($"'{name}'"), name)
                : throw value.Refuse($"the value of a condition of '{name}' must be a number or a list of numbers");
        return new ConditionalValue(fields.TryGetValue("filter", out var filter) ? filter.Text("'filter'") : null, setting);
    }
}
