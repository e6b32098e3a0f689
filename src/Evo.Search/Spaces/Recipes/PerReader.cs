using System.Globalization;
using System.Text.RegularExpressions;
using Evo.Merging.Recipes;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>
/// Reads <c>per</c>: one axis, or a list of axes whose product is taken. An axis is <c>global</c>, <c>model</c>, <c>component</c>, <c>part</c>,
/// <c>layer</c>, <c>block(n)</c>, <c>knots(n)</c>, or a list of tensor groups inside the list: <c>per: [[attention, gate+up, rest], block(2)]</c>.
/// </summary>
internal static partial class PerReader
{
    public const int MostSteps = 10_000;

    private static readonly string[] Known = ["global", "model", "component", "part", "layer", "block(n)", "knots(n)"];

    public static (bool Model, PerAxis? Tensors, PerAxis? Depth) Read(SpaceDocument document, YamlNode? per, RangePlace places)
    {
        var model = false;
        PerAxis? tensors = null, depth = null;
        foreach (var node in per is YamlSequenceNode list ? list.Children : per is null ? [] : (IEnumerable<YamlNode>)[per])
        {
            var axis = Axis(document, node);
            Check(document, node, axis, places);
            if (axis.Kind == PerKind.Model && model || axis.IsTensors && tensors is not null || axis.IsDepth && depth is not null)
                throw document.Refuse(node, $"'{axis}' and an axis before it divide the same thing; keep one of them");

            model |= axis.Kind == PerKind.Model;
            tensors = axis.IsTensors ? axis : tensors;
            depth = axis.IsDepth ? axis : depth;
        }

        return (model, tensors, depth);
    }

    private static void Check(SpaceDocument document, YamlNode node, PerAxis axis, RangePlace places)
    {
        if (axis.Kind == PerKind.Model && !places.HasFlag(RangePlace.Models))
            throw document.Refuse(node, "'model' makes sense for a parameter that stands once for several models; here there is one value");
        if (axis.IsTensors && !places.HasFlag(RangePlace.Tensors))
            throw document.Refuse(node, $"'{axis}' cannot divide this value; a parameter's own value can be divided by tensors");
        if (axis.IsDepth && !places.HasFlag(RangePlace.Depth))
            throw document.Refuse(node, $"'{axis}' cannot divide this value over the depth; a parameter's own value, or a filter's, can");
    }

    private static PerAxis Axis(SpaceDocument document, YamlNode node)
    {
        if (node is YamlSequenceNode groups)
            return new PerAxis(PerKind.Groups, 0, [.. groups.Children.Select(group => Group(document, group))]) is { Groups.Length: > 0 } axis
                ? axis
                : throw document.Refuse(node, "a list of tensor groups cannot be empty");
        if (!Scalars.TryText(node, out var text))
            throw document.Refuse(node, $"'per' takes {string.Join(", ", Known)}, or a list of them");

        var match = Steps().Match(text);
        if (match.Success)
        {
            var kind = match.Groups[1].Value == "block" ? PerKind.Block : PerKind.Knots;
            if (!int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 2 || count > MostSteps)
                throw document.Refuse(node, $"'{text}': the number must be from 2 to {MostSteps}");
            return new PerAxis(kind, count, []);
        }

        return text switch
        {
            "global" => new PerAxis(PerKind.Global, 0, []),
            "model" => new PerAxis(PerKind.Model, 0, []),
            "component" => new PerAxis(PerKind.Component, 0, []),
            "part" => new PerAxis(PerKind.Part, 0, []),
            "layer" => new PerAxis(PerKind.Layer, 0, []),
            "block" or "knots" => throw document.Refuse(node, $"'{text}' needs a number: {text}(4)"),
            _ => throw document.Refuse(node, $"'per' knows no '{Scalars.Show(node)}'{NearestName.Hint(text, Known)}"),
        };
    }

    private static string Group(SpaceDocument document, YamlNode node) =>
        Scalars.TryText(node, out var text) && GroupName().IsMatch(text)
            ? text
            : throw document.Refuse(node, $"'{Scalars.Show(node)}' is no tensor group; write a component, a part, or several joined by '+': gate+up");

    [GeneratedRegex(@"^(block|knots)\(\s*([0-9]{1,9})\s*\)\z")]
    private static partial Regex Steps();

    [GeneratedRegex(@"^[A-Za-z0-9_]{1,40}(\+[A-Za-z0-9_]{1,40}){0,20}\z")]
    private static partial Regex GroupName();
}
