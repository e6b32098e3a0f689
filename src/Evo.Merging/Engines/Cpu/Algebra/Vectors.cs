using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Inner loops of the factorisations: vectors of float64, always in the same lanes.</summary>
internal static unsafe class Vectors
{
    private const int Lanes = 8;

    public static double Dot(double* x, double* y, long length)
    {
        var (first, second) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var (third, fourth) = (Vector512<double>.Zero, Vector512<double>.Zero);
        long i = 0;
        for (; i <= length - (4 * Lanes); i += 4 * Lanes)
        {
            first = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), first);
            second = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + Lanes), Vector512.Load(y + i + Lanes), second);
            third = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + (2 * Lanes)), Vector512.Load(y + i + (2 * Lanes)), third);
            fourth = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + (3 * Lanes)), Vector512.Load(y + i + (3 * Lanes)), fourth);
        }

        for (; i <= length - Lanes; i += Lanes)
            first = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), first);
        var sum = Vector512.Sum(first + second + (third + fourth));
        for (; i < length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    /// <summary>y += factor · x.</summary>
    public static void AddScaled(double* y, double factor, double* x, long length)
    {
        var factors = Vector512.Create(factor);
        long i = 0;
        for (; i <= length - Lanes; i += Lanes)
            Vector512.FusedMultiplyAdd(factors, Vector512.Load(x + i), Vector512.Load(y + i)).Store(y + i);
        for (; i < length; i++)
            y[i] += factor * x[i];
    }

    /// <summary>y += factor · a, and returns Σ a·x: both halves of a symmetric product in one pass over a.</summary>
    public static double AddScaledAndDot(double* y, double factor, double* a, double* x, long length)
    {
        var factors = Vector512.Create(factor);
        var (first, second) = (Vector512<double>.Zero, Vector512<double>.Zero);
        long i = 0;
        for (; i <= length - (2 * Lanes); i += 2 * Lanes)
        {
            var (lower, upper) = (Vector512.Load(a + i), Vector512.Load(a + i + Lanes));
            Vector512.FusedMultiplyAdd(factors, lower, Vector512.Load(y + i)).Store(y + i);
            Vector512.FusedMultiplyAdd(factors, upper, Vector512.Load(y + i + Lanes)).Store(y + i + Lanes);
            first = Vector512.FusedMultiplyAdd(lower, Vector512.Load(x + i), first);
            second = Vector512.FusedMultiplyAdd(upper, Vector512.Load(x + i + Lanes), second);
        }

        var sum = Vector512.Sum(first + second);
        for (; i < length; i++)
        {
            y[i] += factor * a[i];
            sum += a[i] * x[i];
        }

        return sum;
    }

    public static void Subtract(double* y, double* x, long length)
    {
        long i = 0;
        for (; i <= length - Lanes; i += Lanes)
            (Vector512.Load(y + i) - Vector512.Load(x + i)).Store(y + i);
        for (; i < length; i++)
            y[i] -= x[i];
    }

    public static void Scale(double* x, double factor, long length)
    {
        var factors = Vector512.Create(factor);
        long i = 0;
        for (; i <= length - Lanes; i += Lanes)
            (Vector512.Load(x + i) * factors).Store(x + i);
        for (; i < length; i++)
            x[i] *= factor;
    }

    /// <summary>(x, y) becomes (c·x + s·y, c·y − s·x).</summary>
    public static void Rotate(double* x, double* y, double c, double s, long length)
    {
        var (cosine, sine) = (Vector512.Create(c), Vector512.Create(s));
        long i = 0;
        for (; i <= length - Lanes; i += Lanes)
        {
            var (left, right) = (Vector512.Load(x + i), Vector512.Load(y + i));
            ((cosine * left) + (sine * right)).Store(x + i);
            ((cosine * right) - (sine * left)).Store(y + i);
        }

        for (; i < length; i++)
            (x[i], y[i]) = ((c * x[i]) + (s * y[i]), (c * y[i]) - (s * x[i]));
    }
}
