using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>
/// What can be said of a recipe with ranges before its models are opened: its grammar, by reading samples without ranges; its ranges, by what the
/// methods accept; and that the models are there.
/// </summary>
internal static class RecipeCheck
{
    /// <exception cref="Evo.Merging.RecipeException">The grammar is broken, whatever the ranges.</exception>
    public static void Check(SpaceDocument document, RecipeTemplate template, string folder)
    {
        Grammar(document, template);
        foreach (var slot in template.Slots.Where(slot => slot.IsParameter))
            Parameter(document, template, slot);
        foreach (var (name, node) in Named(template.Root))
            Files.CheckModel(document, node, folder, name);
        if (template.Slots.IsEmpty)
            throw document.Refuse(template.Root, "the recipe has no range, so there is nothing to search; replace a number by {search: [low, high]}");
    }

    /// <summary>The start of the search, then every other word that a method or dtype may be.</summary>
    private static void Grammar(SpaceDocument document, RecipeTemplate template)
    {
        var emitter = new RecipeEmitter(template);
        RecipeReader.Read(emitter.Emit(Start), document.Source);
        foreach (var slot in template.Slots.Where(slot => slot.Kind is SlotKind.Method or SlotKind.Word))
        {
            foreach (var choice in slot.Range.Choices)
                RecipeReader.Read(emitter.Emit(other => ReferenceEquals(other, slot) ? new SlotValue.Single(choice) : Start(other)), document.Source);
        }
    }

    private static SlotValue Start(RecipeSlot slot)
    {
        var range = slot.Range;
        return new SlotValue.Single(range.IsChoice
            ? range.Choices[(int)(range.Initial ?? 0)]
            : YamlRewrite.Number(range.Initial ?? range.Lower));
    }

    private static void Parameter(SpaceDocument document, RecipeTemplate template, RecipeSlot slot)
    {
        var methods = template.Methods.Select(MergeMethods.Find).OfType<IMergeMethod>().ToArray();
        var known = methods.SelectMany(method => method.Parameters.Select(parameter => (Owner: method.Name, Parameter: parameter)))
            .Concat(MergeModifiers.All.SelectMany(modifier => modifier.Parameters.Select(parameter => (Owner: modifier.Name, Parameter: parameter))))
            .ToArray();
        var taken = known.Where(pair => pair.Parameter.Name == slot.Name && !pair.Parameter.IsInert).ToArray();
        if (taken.Length == 0)
        {
            var names = string.Join(", ", methods.Select(method => method.Name));
            throw document.Refuse(slot.Node, $"{names} takes no '{slot.Name}', so the range is without effect"
                + NearestName.Hint(slot.Name, known.Where(pair => !pair.Parameter.IsInert).Select(pair => pair.Parameter.Name).Distinct()));
        }

        foreach (var (owner, parameter) in taken)
        {
            if (parameter.Scope == ParameterScope.Global && slot.Sources is [{ } only] && ReferenceEquals(only.Node, slot.Owner))
                throw document.Refuse(slot.Node, $"'{slot.Name}' of {owner} stands once for the merge; move it to the recipe's own 'parameters'");
            if (parameter.Scope == ParameterScope.Global && slot.Range.Model)
                throw document.Refuse(slot.Node, $"'{slot.Name}' of {owner} is one value for the whole merge and cannot be divided by model");
            if (parameter.IsBoolean && !slot.Range.IsChoice && !slot.Range.Integer)
                throw document.Refuse(slot.Node, $"'{slot.Name}' is true or false; write {{choose: [true, false]}}");
            foreach (var value in Values(slot.Range))
            {
                if (value < parameter.Minimum || value > parameter.Maximum)
                    throw document.Refuse(slot.Node, $"'{slot.Name}' of {owner} must lie in "
                        + $"[{Scalars.Format(parameter.Minimum)}, {Scalars.Format(parameter.Maximum)}]; the range reaches {Scalars.Format(value)}");
            }
        }
    }

    private static IEnumerable<double> Values(GeneRange range) => range.IsChoice
        ? range.Choices.Select(choice => Scalars.TryNumber(choice, out var number) ? number : 0)
        : [range.Lower, range.Upper];

    private static IEnumerable<(string Name, YamlNode Node)> Named(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.SelectMany(pair =>
            pair.Key is YamlScalarNode { Value: "model" or "base_model" }
                ? Choices(pair.Value)
                : Named(pair.Value)),
        YamlSequenceNode list => list.Children.SelectMany(Named),
        _ => [],
    };

    private static IEnumerable<(string Name, YamlNode Node)> Choices(YamlNode value) =>
        (RangeReader.IsRange(value) ? YamlNodes.Entries(YamlNodes.Find(value, "choose")) : [value])
            .Where(node => Scalars.TryText(node, out _))
            .Select(node => (((YamlScalarNode)node).Value!, node));
}
