namespace Evo.Search.Spaces.Recipes;

/// <summary>What kind of range a place in a recipe can take.</summary>
[Flags]
internal enum RangePlace
{
    None = 0,
    Number = 1,
    Choice = 2,

    /// <summary>Numbers must be integers.</summary>
    WholeOnly = 4,

    /// <summary><c>per: layer, block(n), knots(n)</c> make sense.</summary>
    Depth = 8,

    /// <summary><c>per: component, part, [...]</c> make sense.</summary>
    Tensors = 16,

    /// <summary><c>per: model</c> makes sense.</summary>
    Models = 32,
}
