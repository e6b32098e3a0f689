using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization.Randomness;
using Evo.Optimization.Serialization;

namespace Evo.Optimization.Tests.Serialization;

public class DoubleJsonTests
{
    [Fact]
    public void Every_bit_survives_text()
    {
        var stream = new RandomStream(1, "bits");
        ImmutableArray<double> values =
        [
            0.0, -0.0, 0.1, 1.0 / 3, double.Epsilon, double.MaxValue, double.MinValue, 1e15, 123456789012345680,
            double.PositiveInfinity, double.NegativeInfinity, double.NaN,
            .. Enumerable.Range(0, 5000).Select(_ => BitConverter.UInt64BitsToDouble(stream.NextUInt64())).Where(double.IsFinite),
        ];
        var text = DoubleJson.Write(values).ToJsonString();
        var read = DoubleJson.ReadRow(JsonNode.Parse(text));
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), read.Select(BitConverter.DoubleToInt64Bits));
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("{}")]
    public void What_is_not_a_number_is_refused(string text) =>
        Assert.Throws<FormatException>(() => DoubleJson.ReadRow(JsonNode.Parse($"[{text}]")));
}
