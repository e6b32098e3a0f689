using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Tests.Engines;

/// <summary>Gram matrices in float64, and nearly so: of vectors as they are stored, of their differences, and of float32 the same bits; against a plain sum of exact products.</summary>
public sealed unsafe class InnerProductsTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 1, 1 }, { 2, 7 }, { 2, 16 }, { 3, 1 }, { 3, 15 }, { 3, 16 }, { 3, 17 }, { 3, 255 }, { 3, 257 }, { 3, 512 }, { 3, 529 }, { 4, 1 }, { 4, 15 }, { 4, 300 }, { 5, 17 },
        { 5, 1000 }, { 6, 64 }, { 7, 600 }, { 8, 512 }, { 8, 515 }, { 9, 31 }, { 10, 544 }, { 11, 33 }, { 24, 40 }, { 25, 40 }, { 30, 513 },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void Stored_vectors_have_the_products_of_their_values(int count, int length)
    {
        var vectors = Vectors(count, length);
        var stored = Products(vectors, vector => true);
        Assert.Equal(Products(vectors, vector => false), stored);
        Near(vectors, stored);
        Near(vectors, Products(vectors, vector => vector % 2 == 0));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Differences_of_stored_vectors_have_the_products_of_their_rounded_values(int count, int length)
    {
        var vectors = Vectors(count + 1, length);
        var (differences, products) = DifferencesAndProducts(vectors, nearly: false);
        Assert.Equal(Products(differences, vector => false), products);
        Near(differences, products);
        if (count > 2)
            Near(differences, DifferencesAndProducts(vectors, nearly: true).Products, 2e-7);
    }

    [Fact]
    public void A_product_has_the_same_bits_whatever_vectors_there_are_besides()
    {
        var vectors = Vectors(12, 1500);
        var all = DifferencesAndProducts(vectors, nearly: true).Products;
        for (var count = 4; count < 11; count++)
        {
            var few = DifferencesAndProducts([.. vectors[..count], vectors[^1]], nearly: true).Products;
            for (var row = 0; row < count; row++)
                for (var column = row; column < count; column++)
                    Assert.Equal(all[Place(row, column, 11)], few[Place(row, column, count)]);
        }

        static int Place(int row, int column, int count) => (row * count) - (row * (row + 1) / 2) + column;
    }

    [Theory]
    [InlineData(3, -90)] // squares of zero
    [InlineData(3, -70)]
    [InlineData(3, 60)]
    [InlineData(5, -90)]
    [InlineData(5, -70)]
    [InlineData(5, 60)]
    public void Differences_so_small_or_large_that_float32_loses_their_squares_are_multiplied_in_float64(int count, int exponent)
    {
        var vectors = Vectors(count + 1, 1500);
        foreach (var vector in vectors)
            for (var i = 512; i < 1024; i++)
                vector[i] = MathF.ScaleB(vector[i], exponent);
        var (differences, products) = DifferencesAndProducts(vectors, nearly: true);
        Near(differences, products, 2e-7);
        var (middle, middles) = DifferencesAndProducts([.. vectors.Select(vector => vector[512..1024])], nearly: true);
        Near(middle, middles);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_task_vector_of_zeroes_has_products_of_zero(int count)
    {
        var vectors = Vectors(count + 1, 300);
        vectors[2] = vectors[count];
        var (differences, products) = DifferencesAndProducts(vectors, nearly: true);
        Near(differences, products, 2e-7);
        Assert.Equal([0, 0, 0], [products[2], products[count + 1], products[count + count - 1]]); // with the first, the second, itself
    }

    [Theory]
    [InlineData(3, 600)]
    [InlineData(3, 1499)]
    [InlineData(5, 600)]
    [InlineData(5, 1499)]
    public void What_is_not_finite_is_seen_in_the_square_of_its_vector(int count, int place)
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var vectors = Vectors(count + 1, 1500);
            vectors[1][place] = bad;
            var (_, products) = DifferencesAndProducts(vectors, nearly: true);
            Assert.False(double.IsFinite(products[count]));
            Assert.True(double.IsFinite(products[0]));
        }
    }

    /// <summary>Of all vectors minus the last.</summary>
    private static (float[][] Differences, double[] Products) DifferencesAndProducts(float[][] vectors, bool nearly)
    {
        var (count, length) = (vectors.Length - 1, vectors[0].Length);
        var subtrahend = vectors[count];
        var differences = vectors[..count].Select(vector => vector.Zip(subtrahend, (x, y) => x - y).ToArray()).ToArray();
        var products = new double[count * (count + 1) / 2];
        var (bytes, of) = (vectors.Select(Stored).ToArray(), new byte*[count]);
        var pins = bytes.Select(one => new Memory<byte>(one).Pin()).ToArray();
        for (var i = 0; i < count; i++)
            of[i] = (byte*)pins[i].Pointer;
        fixed (byte** data = of)
        {
            if (nearly)
                TaskVectorProducts.Add(data, (byte*)pins[count].Pointer, count, length, products);
            else
                InnerProducts.AddOfDifferences(data, (byte*)pins[count].Pointer, count, length, products);
        }

        foreach (var pin in pins)
            pin.Dispose();
        return (differences, products);
    }

    private static double[] Products(float[][] vectors, Func<int, bool> isStored)
    {
        var products = new double[vectors.Length * (vectors.Length + 1) / 2];
        var kinds = Enumerable.Range(0, vectors.Length).Select(isStored).ToArray();
        var bytes = vectors.Zip(kinds, (vector, stored) => stored ? Stored(vector) : MemoryMarshal.AsBytes<float>(vector).ToArray()).ToArray();
        var of = new byte*[vectors.Length];
        var pins = bytes.Select(one => new Memory<byte>(one).Pin()).ToArray();
        for (var i = 0; i < vectors.Length; i++)
            of[i] = (byte*)pins[i].Pointer;
        fixed (byte** data = of)
        fixed (bool* areStored = kinds)
            InnerProducts.Add(data, areStored, vectors.Length, vectors[0].Length, products);
        foreach (var pin in pins)
            pin.Dispose();
        return products;
    }

    /// <param name="tolerance">Of the sum of the terms' magnitudes.</param>
    private static void Near(float[][] vectors, double[] products, double tolerance = 1e-12)
    {
        var pair = 0;
        for (var i = 0; i < vectors.Length; i++)
            for (var j = i; j < vectors.Length; j++)
            {
                var terms = vectors[i].Zip(vectors[j], (x, y) => (double)x * y).ToArray();
                Assert.InRange(products[pair++] - terms.Sum(), -tolerance * terms.Sum(Math.Abs), tolerance * terms.Sum(Math.Abs));
            }
    }

    /// <summary>Values that bf16 holds exactly.</summary>
    private static float[][] Vectors(int count, int length)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length)
            .Select(_ => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(random.NextSingle() - 0.5f) & 0xFFFF0000)).ToArray())];
    }

    private static byte[] Stored(float[] values)
    {
        var bytes = new byte[2 * values.Length];
        Floats.FromSingle(values, ElementType.BF16, bytes);
        return bytes;
    }
}
