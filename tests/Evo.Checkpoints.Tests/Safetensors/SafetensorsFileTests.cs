using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Reads_tensors_in_offset_order_with_their_bytes_and_metadata()
    {
        const string Header = """
            {"__metadata__":{"format":"pt"},
             "second":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},
             "first":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]}}
            """;
        using var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.Of(Header, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)));

        Assert.Equal([new TensorInfo("first", ElementType.BF16, [2, 2]), new TensorInfo("second", ElementType.U8, [3])], file.Tensors.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], file.Bytes("first").ToArray());
        Assert.Equal([10, 11], file.Bytes("second", 1, 2).ToArray());
        Assert.Equal("pt", Assert.Single(file.Metadata).Value);
        Assert.Null(file.Find("third"));
    }

    [Theory]
    [InlineData("F64", ElementType.F64, 8)]
    [InlineData("F32", ElementType.F32, 4)]
    [InlineData("F16", ElementType.F16, 2)]
    [InlineData("BF16", ElementType.BF16, 2)]
    [InlineData("F8_E4M3", ElementType.F8E4M3, 1)]
    [InlineData("F8_E5M2", ElementType.F8E5M2, 1)]
    [InlineData("I64", ElementType.I64, 8)]
    [InlineData("I32", ElementType.I32, 4)]
    [InlineData("I16", ElementType.I16, 2)]
    [InlineData("I8", ElementType.I8, 1)]
    [InlineData("U64", ElementType.U64, 8)]
    [InlineData("U32", ElementType.U32, 4)]
    [InlineData("U16", ElementType.U16, 2)]
    [InlineData("U8", ElementType.U8, 1)]
    [InlineData("BOOL", ElementType.Bool, 1)]
    public void Carries_every_element_type(string dtype, ElementType type, int size)
    {
        var header = $$"""{"t":{"dtype":"{{dtype}}","shape":[1],"data_offsets":[0,{{size}}]} }""";
        using var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.Of(header, new byte[size])));
        Assert.Equal(new TensorInfo("t", type, [1]), Assert.Single(file.Tensors));
    }

    [Fact]
    public void Reads_scalars_empty_tensors_padded_headers_and_escaped_names()
    {
        const string Header = """{"a\"é":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"none":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]}}    """;
        using var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.Of(Header, 0, 0, 128, 63)));
        Assert.Equal(1, file.Find("a\"é")!.ElementCount);
        Assert.Equal(1f, BitConverter.ToSingle(file.Bytes("a\"é")));
        Assert.Equal(0, file.Bytes("none").Length);
    }

    [Fact]
    public void Reads_a_file_without_tensors()
    {
        using var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.Of("{}")));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void Bytes_outside_a_tensor_are_out_of_reach()
    {
        using var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.OfFloats(("a", [1, 2]), ("b", [3]))));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("a", 4, 5).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("a", -1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("a", 0, -1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("b", long.MaxValue, 1).Length);
        Assert.Contains("'c'", Assert.Throws<CheckpointException>(() => file.Bytes("c").Length).Message);
    }

    [Fact]
    public void What_was_let_go_can_be_read_again()
    {
        var bytes = Enumerable.Range(0, 100_000).Select(i => (byte)(i % 251)).ToArray();
        const string Header = """{"large":{"dtype":"U8","shape":[100000],"data_offsets":[0,100000]}}""";
        var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.Of(Header, bytes)));
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(bytes, file.Bytes("large").ToArray());
            file.Release("large");
        }

        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Release("large"));
    }

    [Fact]
    public void A_disposed_file_refuses_to_be_read_and_may_be_disposed_again()
    {
        var file = SafetensorsFile.Open(_folder.Write("x", SafetensorsBytes.OfFloats(("a", [1, 2]))));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Bytes("a").Length);
    }

    public void Dispose() => _folder.Dispose();
}
