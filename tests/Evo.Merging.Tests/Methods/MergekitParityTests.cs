using System.Text.Json;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>
/// The same recipes on the same models as unmodified mergekit ran them (Golden/mergekit.json says which). What is computed element by element is equal in every
/// bit: float32, and bfloat16 with <c>mergekit_compat: true</c>. Where a factor is a sum over a tensor, mergekit adds up in float32 and we in float64: then elements
/// agree to one unit in the last place of the largest number that they are computed from; to four where the factor comes from an angle, and to more where the angle is
/// that of a few numbers. Random methods are there with density 1 alone, and factors in bfloat16 are numbers that it holds exactly, because versions of PyTorch differ
/// in whether they round a factor first.
/// </summary>
public sealed class MergekitParityTests
{
    private const double Unit = 1.0 / (1 << 23);

    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "mergekit.json"))).RootElement;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var element in Golden.GetProperty("cases").EnumerateArray())
                cases.Add(element.GetProperty("name").GetString()!, element.GetProperty("dtype").GetString()!);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_merged_numbers_are_mergekits(string name, string type)
    {
        var golden = Golden.GetProperty("cases").EnumerateArray()
            .Single(element => element.GetProperty("name").GetString() == name && element.GetProperty("dtype").GetString() == type);
        using var scene = Scene(type);
        var merged = scene.Merge(golden.GetProperty("recipe").GetString()!);
        var units = type == "bfloat16" ? 0 : Units(name);
        foreach (var (tensor, expected) in Tensors(golden.GetProperty("merged")))
        {
            var largest = Golden.GetProperty("models").GetProperty(type).EnumerateObject()
                .SelectMany(model => Tensors(model.Value)[tensor]).Concat(expected).Max(Math.Abs);
            for (var i = 0; i < expected.Length; i++)
                if (!(Math.Abs((double)expected[i] - merged[tensor][i]) <= units * Unit * largest))
                    Assert.Fail($"{tensor}[{i}]: mergekit has {expected[i]:R}, we {merged[tensor][i]:R}, "
                        + $"{Math.Abs((double)expected[i] - merged[tensor][i]) / (Unit * largest):F2} units apart");
        }
    }

    [Fact]
    public void Without_the_switch_bfloat16_is_rounded_once()
    {
        var golden = Golden.GetProperty("cases").EnumerateArray()
            .Single(element => element.GetProperty("name").GetString() == "ties" && element.GetProperty("dtype").GetString() == "bfloat16");
        using var scene = Scene("bfloat16");
        var recipe = golden.GetProperty("recipe").GetString()!;
        var stepwise = scene.Merge(recipe);
        var once = scene.Merge(recipe.Replace("\"mergekit_compat\": true", "\"mergekit_compat\": false", StringComparison.Ordinal));
        var exact = scene.Merge(recipe.Replace("bfloat16", "float32", StringComparison.Ordinal).Replace("\"mergekit_compat\": true", "\"mergekit_compat\": false", StringComparison.Ordinal));
        Assert.Contains(stepwise, pair => !pair.Value.SequenceEqual(once[pair.Key]));
        foreach (var (tensor, values) in exact)
            Assert.Equal(values.Select(Rounded), once[tensor]);

        static float Rounded(float value)
        {
            var bytes = new byte[2];
            Floats.FromSingle([value], ElementType.BF16, bytes);
            var rounded = new float[1];
            Floats.ToSingle(bytes, ElementType.BF16, rounded);
            return rounded[0];
        }
    }

    /// <summary>How far float32 results may be from mergekit's.</summary>
    private static double Units(string name) => name switch
    {
        "nuslerp, columns of task vectors" => 46, // three numbers that point almost the same way
        "model_stock, filter wise" => 8,
        _ when name.Split(',', ' ')[0] is "slerp" or "nuslerp" or "multislerp" or "karcher" or "model_stock" => 4,
        _ when name.StartsWith("sce", StringComparison.Ordinal) || name.Contains("rescaled", StringComparison.Ordinal) => 1,
        _ => 0,
    };

    private static MergeScene Scene(string type) => new([.. Golden.GetProperty("models").GetProperty(type).EnumerateObject().Select(model =>
    {
        var tiny = new TinyModel();
        foreach (var (tensor, values) in Tensors(model.Value))
            tiny.With(tensor, Shape(tensor), values, type == "bfloat16" ? ElementType.BF16 : ElementType.F32);
        return (model.Name, tiny);
    })]);

    private static long[] Shape(string tensor) => [.. Golden.GetProperty("shapes").GetProperty(tensor).EnumerateArray().Select(extent => extent.GetInt64())];

    /// <summary>Tensors in the order of the shapes, one behind the other.</summary>
    private static Dictionary<string, float[]> Tensors(JsonElement numbers)
    {
        var values = numbers.EnumerateArray().Select(number => number.GetSingle()).ToArray();
        var tensors = new Dictionary<string, float[]>();
        var start = 0;
        foreach (var tensor in Golden.GetProperty("shapes").EnumerateObject())
        {
            var length = (int)Shape(tensor.Name).Aggregate(1L, (product, extent) => product * extent);
            tensors[tensor.Name] = values[start..(start += length)];
        }

        return tensors;
    }
}
