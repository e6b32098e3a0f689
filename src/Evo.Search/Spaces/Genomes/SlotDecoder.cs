using Evo.Search.Spaces.Reading;
using Evo.Search.Spaces.Recipes;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Genomes;

/// <summary>Turns the genes of one range into a value of mergekit's grammar: a scalar, a gradient, or a list of {filter, value}.</summary>
internal static class SlotDecoder
{
    public static SlotValue Decode(SlotGenes genes, ReadOnlySpan<double> genome)
    {
        if (genes.ByModel is [{ Model: null } all])
            return new SlotValue.Single(Value(genes, all, genome));

        var values = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var model in genes.ByModel)
            values[model.Model!] = Value(genes, model, genome);
        return new SlotValue.ByModel(values);
    }

    private static YamlNode Value(SlotGenes genes, ModelGenes model, ReadOnlySpan<double> genome)
    {
        var range = genes.Slot.Range;
        if (genes.Groups is not { Groups.Length: > 1 } groups)
            return Block(range, model.Blocks[0], genome);

        var list = new YamlSequenceNode();
        foreach (var filter in groups.Filters)
        {
            list.Add(new YamlMappingNode
            {
                { "filter", YamlRewrite.Text(filter.Filter) },
                { "value", Block(range, model.Blocks[filter.Group], genome) },
            });
        }

        return list;
    }

    private static YamlNode Block(GeneRange range, GeneBlock block, ReadOnlySpan<double> genome)
    {
        if (block.Depth is not { } depth)
            return Gene(range, genome[block.First]);

        var gradient = new List<YamlNode>();
        foreach (var step in depth.Gradient())
            gradient.Add(Gene(range, genome[block.First + step]));
        return gradient.Count == 1 ? gradient[0] : YamlRewrite.FlowList(gradient);
    }

    private static YamlScalarNode Gene(GeneRange range, double value) =>
        range.IsChoice ? range.Choices[(int)Math.Round(value)] : YamlRewrite.Number(value);
}
