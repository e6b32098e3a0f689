namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// The inner products ⟨xᵢ,xⱼ⟩ of one tensor's models, in float64. Methods that combine directions need nothing else of the elements: their coefficients
/// follow from this matrix, and what is left is one linear combination.
/// </summary>
internal sealed class GramMatrix : IPreparedValue
{
    private readonly double[] _upper;
    private readonly int _count;

    /// <param name="upper">The upper triangle, row by row.</param>
    public GramMatrix(int count, double[] upper) => (_count, _upper) = (count, upper);

    public long Bytes => PreparedSize.OfFields(_upper);

    public double this[int i, int j] => i <= j ? _upper[(i * _count) - (i * (i - 1) / 2) + j - i] : this[j, i];

    public double Norm(int i) => Math.Sqrt(this[i, i]);

    /// <summary>⟨Σ aᵢxᵢ, Σ bᵢxᵢ⟩.</summary>
    public double Product(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < _count; i++)
            for (var j = 0; j < _count; j++)
                sum += a[i] * b[j] * this[i, j];
        return sum;
    }

    /// <summary>Of the task vectors where there is a base, else of the models themselves; made once for a tensor.</summary>
    /// <param name="nearly">Whether errors of about 2⁻²³ of the products of norms do no harm: not where vectors may cancel each other.</param>
    public static GramMatrix Of(TensorInputs inputs, bool nearly = false)
    {
        var count = inputs.ModelCount;
        return inputs.Remember(nearly ? "inner products, nearly" : "inner products", () => new GramMatrix(count, inputs.Sum(Pairs(count), (run, sums) =>
        {
            var blocks = run.Vectors(hasBase: false);
            if (inputs.HasBase)
                run.Base.AddInnerProductsOfDifferences(blocks, sums, nearly);
            else
                blocks[0].AddInnerProducts(blocks, sums);
        })));
    }

    private static int Pairs(int count) => count * (count + 1) / 2;
}
