namespace Evo.Merging.Planning.Vocabularies;

/// <summary>Where one row of a remapped embedding comes from.</summary>
/// <param name="Source">Index of the tensor; negative for the constants below.</param>
/// <param name="Row">Its row; of a mean, the index of the mean.</param>
internal readonly record struct RowOrigin(int Source, int Row)
{
    /// <summary>Zeros.</summary>
    public const int Zero = -1;

    /// <summary>The mean of the same token's rows in several models.</summary>
    public const int Mean = -2;

    /// <summary>The mean of all rows that have a token: for rows without one.</summary>
    public const int Padding = -3;

    public static RowOrigin OfZero { get; } = new(Zero, 0);

    public static RowOrigin OfPadding { get; } = new(Padding, 0);

    public bool IsStored => Source >= 0;
}
