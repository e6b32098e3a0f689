using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Evo.Merging.Methods;

/// <summary>The catalogue of merge methods.</summary>
public static class MergeMethods
{
    public static ImmutableArray<IMergeMethod> All { get; } =
    [
        new Linear(),
        new Slerp(),
        new TaskArithmetic(),
        new Ties(),
        new DareLinear(),
        new DareTies(),
        new Passthrough(),
        new Darwin(),
    ];

    /// <summary>Every parameter name that some method declares.</summary>
    public static FrozenSet<string> ParameterNames { get; } =
        All.SelectMany(method => method.Parameters).Select(parameter => parameter.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The choices of every parameter that takes texts.</summary>
    internal static FrozenDictionary<string, ImmutableArray<string>> Choices { get; } = All.SelectMany(method => method.Parameters)
        .Where(parameter => parameter.IsChoice).DistinctBy(parameter => parameter.Name).ToFrozenDictionary(parameter => parameter.Name, parameter => parameter.Choices);

    /// <summary>The method of that name, or null.</summary>
    public static IMergeMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);
}
