using System.Collections.Immutable;
using Evo.Merging.Recipes;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>Reads a <c>{search: [low, high], init, per, log, integer}</c> or a <c>{choose: [...], init, per}</c>.</summary>
internal static class RangeReader
{
    private const double WholeNumberLimit = 1e9;

    /// <summary>No key of mergekit's grammar is called so: any mapping that has one is meant as a range.</summary>
    public static bool IsRange(YamlNode node) =>
        node is YamlMappingNode mapping && mapping.Children.Keys.Any(key => key is YamlScalarNode { Value: "search" or "choose" });

    /// <param name="places">What may stand at this place.</param>
    public static GeneRange Read(SpaceDocument document, YamlMappingNode node, RangePlace places)
    {
        var fields = new Fields(document, node, "a range", "search", "choose", "init", "per", "log", "integer");
        var search = fields.Find("search");
        var choose = fields.Find("choose");
        if (search is null == choose is null)
            throw document.Refuse(node, "a range is either {search: [low, high]} or {choose: [...]}");
        if (search is not null && !places.HasFlag(RangePlace.Number))
            throw document.Refuse(node, "no range of numbers can stand here; {choose: [...]} can");
        if (choose is not null && !places.HasFlag(RangePlace.Choice))
            throw document.Refuse(node, "no {choose: ...} can stand here; {search: [low, high]} can");

        var (model, tensors, depth) = PerReader.Read(document, fields.Find("per"), places);
        return choose is not null
            ? Choice(document, fields, choose) with { Model = model, Tensors = tensors, Depth = depth }
            : Numbers(document, fields, search!, places) with { Model = model, Tensors = tensors, Depth = depth };
    }

    private static GeneRange Numbers(SpaceDocument document, Fields fields, YamlNode search, RangePlace places)
    {
        if (search is not YamlSequenceNode { Children: [var lowNode, var highNode] })
            throw document.Refuse(search, "'search' must be a list of two numbers: [low, high]");
        if (!Scalars.TryNumber(lowNode, out var low))
            throw document.Refuse(lowNode, $"'{Scalars.Show(lowNode)}' is no finite number");
        if (!Scalars.TryNumber(highNode, out var high))
            throw document.Refuse(highNode, $"'{Scalars.Show(highNode)}' is no finite number");
        if (low > high)
            throw document.Refuse(search, $"the lower bound {Scalars.Show(lowNode)} is above the upper bound {Scalars.Show(highNode)}; swap them");
        if (low == high)
            throw document.Refuse(search, $"the range holds the single value {Scalars.Show(lowNode)}; write the number itself in place of the range");
        if (!double.IsFinite(high - low))
            throw document.Refuse(search, "the range is too wide to be computed with");

        var whole = fields.Flag("integer") ?? places.HasFlag(RangePlace.WholeOnly);
        if (!whole && places.HasFlag(RangePlace.WholeOnly))
            throw document.Refuse(fields.Find("integer")!, "only whole numbers make sense here");
        if (whole && (low != Math.Floor(low) || high != Math.Floor(high)))
            throw document.Refuse(search, "a range of integers needs integer bounds");
        if (whole && (Math.Abs(low) > WholeNumberLimit || Math.Abs(high) > WholeNumberLimit))
            throw document.Refuse(search, $"a range of integers must stay within ±{WholeNumberLimit:0}");

        var log = fields.Flag("log") ?? false;
        if (log && low <= 0)
            throw document.Refuse(search, $"a logarithmic range needs a lower bound above 0, not {Scalars.Show(lowNode)}");

        double? initial = null;
        if (fields.Find("init") is { } init)
        {
            if (!Scalars.TryNumber(init, out var value))
                throw document.Refuse(init, $"'init' must be a number, not '{Scalars.Show(init)}'");
            if (value < low || value > high)
                throw document.Refuse(init, $"'init' is {Scalars.Show(init)}, outside of [{Scalars.Show(lowNode)}, {Scalars.Show(highNode)}]");
            if (whole && value != Math.Floor(value))
                throw document.Refuse(init, $"'init' of a range of integers must be one, not {Scalars.Show(init)}");
            initial = value;
        }

        return new GeneRange(low, high, initial, log, whole, [], false, null, null);
    }

    private static GeneRange Choice(SpaceDocument document, Fields fields, YamlNode choose)
    {
        foreach (var key in new[] { "log", "integer" })
        {
            if (fields.Find(key) is { } extra)
                throw document.Refuse(extra, $"'{key}' belongs to a range of numbers, not to choices");
        }

        if (choose is not YamlSequenceNode list || list.Children.Count < 2)
            throw document.Refuse(choose, "'choose' must be a list of at least two values");
        foreach (var entry in list.Children)
        {
            if (!Scalars.TryText(entry, out var text) || text.Length == 0)
                throw document.Refuse(entry, "a choice must be a single value");
        }

        var choices = list.Children.Cast<YamlScalarNode>().ToImmutableArray();
        var names = choices.Select(choice => choice.Value!).ToArray();
        for (var i = 0; i < names.Length; i++)
        {
            if (Array.IndexOf(names, names[i]) < i)
                throw document.Refuse(choices[i], $"'{names[i]}' is listed twice");
        }

        double? initial = null;
        if (fields.Find("init") is { } init)
        {
            var index = Scalars.TryText(init, out var text) ? Array.IndexOf(names, text) : -1;
            initial = index >= 0 ? index : throw document.Refuse(init, $"'init' is none of the choices{NearestName.Hint(Scalars.Show(init), names)}");
        }

        return new GeneRange(0, choices.Length - 1, initial, false, false, choices, false, null, null);
    }
}
