using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>A base and two models of one random matrix, with random statistics, all at hand in float64.</summary>
internal sealed class ActivationScene : IDisposable
{
    public const int Outputs = 5;
    public const int Inputs = 7;

    public ActivationScene()
    {
        (Base, One, Two) = (Matrix(1), Matrix(2), Matrix(3));
        Scene = Of(Outputs, Inputs, Base, One, Two);
    }

    public MergeScene Scene { get; }

    public float[] Base { get; }

    public float[] One { get; }

    public float[] Two { get; }

    public double[][] Weights => [Wide(One), Wide(Two)];

    public double[][] Grams => [Wide(Statistics("one").Matrix!), Wide(Statistics("two").Matrix!)];

    public static string Tensor => Names.Up(0);

    public static MergeScene Of(int rows, int columns, params float[][] models)
    {
        string[] names = ["base", "one", "two", "three"];
        return new MergeScene([.. models.Select((values, index) => (names[index], TinyModel.OfMatrix(rows, columns, values)))]);
    }

    public static double[] Wide(float[] values) => [.. values.Select(value => (double)value)];

    public GivenStatistics Statistics(string model) => Scene.Statistics.Find(model, Tensor)!;

    public void Dispose() => Scene.Dispose();

    private static float[] Matrix(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Outputs * Inputs).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
