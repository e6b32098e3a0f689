using System.Collections.Immutable;

namespace Evo.Search.Spaces.Recipes;

internal enum PerKind
{
    Global,
    Model,

    /// <summary>attention, mlp, norm, embedding, head: one gene for each that the base model has.</summary>
    Component,

    /// <summary>As component, with attention and mlp split into q, k, v, o, gate, up, down.</summary>
    Part,

    /// <summary>A list that the space itself gives: <c>[attention, gate+up, rest]</c>.</summary>
    Groups,

    Layer,

    /// <summary>Depth in n equal steps.</summary>
    Block,

    /// <summary>mergekit's gradient: n points over the depth, linear between them.</summary>
    Knots,
}

/// <summary>One factor of the product by which a range multiplies into genes.</summary>
/// <param name="Count">n of block(n) and knots(n); 0 for the others.</param>
/// <param name="Groups">The names of a list axis; empty for the others.</param>
internal sealed record PerAxis(PerKind Kind, int Count, ImmutableArray<string> Groups)
{
    public bool IsDepth => Kind is PerKind.Layer or PerKind.Block or PerKind.Knots;

    public bool IsTensors => Kind is PerKind.Component or PerKind.Part or PerKind.Groups;

    /// <summary>As it is written in a file.</summary>
    public override string ToString() => Kind switch
    {
        PerKind.Groups => $"[{string.Join(", ", Groups)}]",
        PerKind.Block => $"block({Count})",
        PerKind.Knots => $"knots({Count})",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
