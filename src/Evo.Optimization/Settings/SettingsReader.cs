using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Optimization.Settings;

/// <summary>Reads an algorithm's settings from JSON; everything unknown, mistyped or out of range is refused by name.</summary>
internal sealed class SettingsReader
{
    private readonly OptimizerDescription algorithm;
    private readonly JsonObject given;

    public SettingsReader(OptimizerDescription algorithm, JsonObject? given)
    {
        this.algorithm = algorithm;
        this.given = given ?? [];
        foreach (var (name, _) in this.given)
        {
            if (algorithm.Settings.All(setting => setting.Name != name))
                throw new OptimizerSettingsException($"{algorithm.Name} has no setting '{name}'; it takes "
                    + string.Join(", ", algorithm.Settings.Select(setting => setting.Name)) + ".");
        }
    }

    public int? Integer(string name) => Number(name) is not { } value
        ? null
        : value == Math.Floor(value) ? (int)value : throw Refusal(name, "a whole number");

    public double? Number(string name)
    {
        var setting = Setting(name);
        if (given[name] is not { } node)
            return null;
        var expected = setting.Kind == SettingKind.Integer ? "a whole number" : "a number";
        if (node.GetValueKind() != JsonValueKind.Number)
            throw Refusal(name, expected);
        var value = double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
        if (!(value >= setting.Minimum && value <= setting.Maximum))
            throw Refusal(name, $"{expected}, {setting.Range}");
        return value;
    }

    public string? Choice(string name)
    {
        var setting = Setting(name);
        if (given[name] is not { } node)
            return null;
        if (node.GetValueKind() != JsonValueKind.String || !setting.Choices.Contains(node.GetValue<string>()))
            throw Refusal(name, $"one of {setting.Range}");
        return node.GetValue<string>();
    }

    private OptimizerSetting Setting(string name) => algorithm.Settings.Single(setting => setting.Name == name);

    private OptimizerSettingsException Refusal(string name, string expected) =>
        new($"{algorithm.Name}: setting '{name}' must be {expected}; it is {given[name]!.ToJsonString()}.");
}
