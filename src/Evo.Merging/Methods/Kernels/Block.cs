using Evo.Checkpoints.Adapters;

namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// Consecutive elements of one tensor in float32, in the engine's memory: the vocabulary in which merge methods are written, once for every engine.
/// Operations change the block in place; other blocks must have the same length. Every operation works element by element (the reductions
/// aside), with one rounding for each multiplication, addition and division, so that results do not depend on how a tensor is cut into blocks.
/// </summary>
public abstract partial class Block
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

    /// <summary>this *= other.</summary>
    public abstract void Multiply(Block other);

    /// <summary>this += amount.</summary>
    public abstract void Shift(float amount);

    /// <summary>The larger of each pair; NaN where either is.</summary>
    public abstract void Maximum(Block other);

    /// <summary>What is below <paramref name="low"/> becomes it, and what is above <paramref name="high"/> too; NaN stays.</summary>
    public abstract void Clamp(float low, float high);

    public abstract void Absolute();

    /// <summary>e^x, the same bits wherever a block begins and ends.</summary>
    public abstract void Exponential();

    /// <summary>tanh x, the same bits wherever a block begins and ends.</summary>
    public abstract void HyperbolicTangent();

    /// <summary>1 where the value is greater than 0, else 0 (also for NaN).</summary>
    public abstract void MarkPositive();

    /// <summary>1 for what <see cref="KeepLargest"/> keeps, zeros inside the cut included, else 0.</summary>
    public abstract void MarkLargest(MagnitudeCut cut);

    /// <summary>Multiplies each column of the tensor's rows by its factor; there are as many factors as a row has elements.</summary>
    public abstract void ScaleColumns(ReadOnlySpan<float> factors);

    /// <summary>Multiplies each of the tensor's rows, all of <paramref name="rowLength"/> elements, by its factor.</summary>
    public abstract void ScaleRows(ReadOnlySpan<float> factors, int rowLength);

    /// <summary>Adds x·y of every element to the sum of its column; there are as many sums as a row has elements.</summary>
    public abstract void AddColumnProducts(Block other, Span<double> sums);

    /// <summary>Σ x·y of every row, of a block that holds as many whole rows as there are places for dot products.</summary>
    public abstract void RowDots(Block other, Span<double> dots);

    /// <summary>Takes over values from the host's memory, from element <paramref name="first"/> of the block on.</summary>
    public abstract void Load(int first, ReadOnlySpan<float> values);

    /// <summary>The values in the host's memory, for passes that count or order them: a view where the block lies there, else a copy.</summary>
    public abstract ReadOnlySpan<float> OnHost();

    /// <summary>this += factor · the product's elements at this block's place in the tensor.</summary>
    public abstract void AddProduct(LowRankProduct product, float factor);

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
