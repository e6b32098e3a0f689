using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Recipes;
using Evo.Search.Spaces.Reading;
using Evo.Search.Spaces.Recipes;

namespace Evo.Search.Spaces.Genomes;

/// <summary>The tensor groups that a <c>per</c> axis makes of a model, and the filters that tell them apart in a recipe.</summary>
/// <param name="Groups">Only those that have tensors: a tied model has no head.</param>
/// <param name="Filters">In the order in which a recipe must list them: the first whose filter is part of a tensor's name decides.</param>
internal sealed record TensorGroups(ImmutableArray<TensorGroup> Groups, ImmutableArray<GroupFilter> Filters)
{
    private static readonly Component[] Components =
        [Component.Attention, Component.Mlp, Component.Router, Component.Norm, Component.Embedding, Component.Head, Component.Other];

    private static readonly string[] Parts = ["q", "k", "v", "qkv", "o", "gate", "up", "gate_up", "down"];

    /// <exception cref="FormatException">A list axis names what no model has, or the same tensors twice.</exception>
    public static TensorGroups Of(PerAxis axis, IEnumerable<string> tensorNames)
    {
        var tensors = tensorNames.Select(name => (Name: name, Place: TensorPlaces.Of(name)))
            .Where(tensor => tensor.Place.Part is not ("inv_freq" or "causal_mask")) // constants, which are carried over and not merged
            .ToArray();
        var groupOf = axis.Kind switch
        {
            PerKind.Component => place => Word(place.Component),
            PerKind.Part => PartName,
            _ => Listed(axis, [.. tensors.Select(tensor => tensor.Place)]),
        };

        var named = tensors.Select(tensor => (tensor.Name, tensor.Place, Group: groupOf(tensor.Place))).ToArray();
        var order = axis.Kind == PerKind.Groups ? [.. axis.Groups, "rest"] : (IReadOnlyList<string>)[.. Components.Select(Word)];
        var groups = named.GroupBy(tensor => tensor.Group, StringComparer.Ordinal)
            .OrderBy(group => axis.Kind == PerKind.Groups ? Position(order, group.Key) : Position(order, Word(group.First().Place.Component)))
            .ThenBy(group => Position(Parts, group.Key))
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new TensorGroup(group.Key, group.Any(tensor => tensor.Place.Layer is not null)))
            .ToImmutableArray();
        var index = groups.Select((group, i) => (group.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.Ordinal);
        return new TensorGroups(groups, FilterFinder.Find([.. named.Select(tensor => (tensor.Name, index[tensor.Group]))]));
    }

    private static string Word(Component component) => component.ToString().ToLowerInvariant();

    private static string PartName(TensorPlace place) =>
        place.Component is Component.Attention or Component.Mlp ? place.Part : Word(place.Component);

    private static int Position(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return i;
        }

        return int.MaxValue;
    }

    /// <summary>The first entry that names the tensor's component or part; <c>rest</c> when none does.</summary>
    private static Func<TensorPlace, string> Listed(PerAxis axis, IReadOnlyList<TensorPlace> places)
    {
        var groupOfName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in axis.Groups)
        {
            foreach (var name in group.Split('+'))
            {
                if (!groupOfName.TryAdd(name, group))
                    throw new FormatException($"'{name}' is in two groups");
            }
        }

        var present = places.Select(place => Word(place.Component)).Concat(places.Select(place => place.Part)).ToHashSet(StringComparer.Ordinal);
        var known = present.Concat(Components.Select(Word)).Concat(Parts).Append("rest").ToHashSet(StringComparer.Ordinal);
        if (groupOfName.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new FormatException($"the model has no tensors '{unknown}'{NearestName.Hint(unknown, present)}");

        var rest = groupOfName.GetValueOrDefault("rest", "rest");
        string Of(TensorPlace place) => axis.Groups.FirstOrDefault(group => group.Split('+') is var names
            && (names.Contains(Word(place.Component)) || names.Contains(place.Part))) ?? rest;

        var used = places.Select(Of).ToHashSet(StringComparer.Ordinal);
        var empty = axis.Groups.FirstOrDefault(group => !used.Contains(group) && group.Split('+').Any(present.Contains));
        return empty is null ? Of : throw new FormatException($"the groups before '{empty}' leave it no tensors; move it to the front");
    }
}
