namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// Consecutive elements of one tensor in float32, in the engine's memory: the vocabulary in which merge methods are written, once for every engine.
/// Operations change the block in place; other blocks must have the same length. Every operation works element by element (the reductions
/// aside), with one rounding for each multiplication, addition and division, so that results do not depend on how a tensor is cut into blocks.
/// </summary>
public abstract class Block
{
    public abstract int Length { get; }

    public abstract void Clear();

    public abstract void CopyFrom(Block other);

    public abstract void Add(Block other);

    public abstract void Subtract(Block other);

    public abstract void Scale(float factor);

    public abstract void Divide(float divisor);

    /// <summary>this += factor · other.</summary>
    public abstract void AddScaled(Block other, float factor);

    /// <summary>Zeroes what is outside the cut.</summary>
    public abstract void KeepLargest(MagnitudeCut cut);

    /// <summary>Zeroes every element whose uniform number is not below <paramref name="density"/>.</summary>
    public abstract void KeepRandom(MaskKey key, double density);

    /// <summary>
    /// this += delta wherever delta has the elected sign: that of <paramref name="vote"/>, where zero elects plus. A zero delta never agrees;
    /// NaN is added so that it is not lost.
    /// </summary>
    public abstract void AddAgreeing(Block delta, Block vote);

    /// <summary>this += amount wherever <see cref="AddAgreeing"/> adds.</summary>
    public abstract void AddWhereAgreeing(Block delta, Block vote, float amount);

    /// <summary>
    /// this /= divisor, where a divisor of exactly 0 counts as 1 and one nearer to 0 than <paramref name="smallest"/> as ±smallest.
    /// </summary>
    public abstract void DivideBy(Block divisor, float smallest);

    /// <summary>Σ x·y in float64.</summary>
    public abstract double Dot(Block other);

    /// <summary>Σ |x| in float64.</summary>
    public abstract double SumOfMagnitudes();
}
