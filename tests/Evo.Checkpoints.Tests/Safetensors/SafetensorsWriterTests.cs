using System.Text;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly TensorInfo A = new("a", ElementType.U8, [3]);
    private static readonly TensorInfo B = new("b", ElementType.F32, [1]);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_file_is_as_the_format_says_byte_for_byte()
    {
        using (var writer = SafetensorsWriter.Create(_folder["x"], [A, B]))
        {
            writer.Write("a", [1, 2]);
            writer.WriteFloats("b", [1]);
            writer.Write("a", [3]);
            writer.Complete();
        }

        const string Header =
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}""";
        var padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        Assert.Equal(SafetensorsBytes.Of(padded, 0, 0, 128, 63, 1, 2, 3), File.ReadAllBytes(_folder["x"]));
        Assert.Equal(["x"], _folder.Entries());
    }

    [Fact]
    public void Names_and_metadata_of_any_text_are_read_back()
    {
        var name = "é\"\\ \u0001 😀";
        using (var writer = SafetensorsWriter.Create(_folder["x"], [A with { Name = name }], new Dictionary<string, string> { [name] = name }))
        {
            writer.Write(name, [1, 2, 3]);
            writer.Complete();
        }

        using var file = SafetensorsFile.Open(_folder["x"]);
        Assert.Equal([1, 2, 3], file.Bytes(name).ToArray());
        Assert.Equal(name, file.Metadata[name]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("__metadata__")]
    [InlineData("a")]
    public void Names_that_a_header_cannot_hold_are_refused(string name) =>
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Create(_folder["x"], [A, B with { Name = name }]));

    [Fact]
    public void Without_complete_nothing_is_left()
    {
        using (var writer = SafetensorsWriter.Create(_folder["x"], [A]))
            writer.Write("a", [1, 2, 3]);
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void A_file_in_the_way_is_refused_or_replaced_at_completion()
    {
        _folder.Write("x", "old");
        Assert.Contains("exists already", Assert.Throws<CheckpointException>(() => SafetensorsWriter.Create(_folder["x"], [A])).Message);
        using (var writer = SafetensorsWriter.Create(_folder["x"], [A], overwrite: true))
        {
            writer.Write("a", [1, 2, 3]);
            Assert.Equal("old", File.ReadAllText(_folder["x"]));
            writer.Complete();
        }

        using var file = SafetensorsFile.Open(_folder["x"]);
        Assert.Equal(A, Assert.Single(file.Tensors));
        Assert.Equal(["x"], _folder.Entries());
    }

    [Fact]
    public void More_than_the_disk_can_hold_is_refused_and_leaves_nothing()
    {
        var error = Assert.Throws<CheckpointException>(() => SafetensorsWriter.Create(_folder["x"], [B with { Shape = [1L << 52] }]));
        Assert.Contains("needs 18014398.5 GB", error.Message);
        Assert.Empty(_folder.Entries());
    }

    /// <summary>The path taken when the system does not say how much is free: the room is reserved before anything is written.</summary>
    [Fact]
    public void Room_that_cannot_be_reserved_is_an_error_and_leaves_nothing()
    {
        var layout = new SafetensorsLayout([B with { Shape = [1L << 52] }], SafetensorsLayout.PyTorchFormat);
        Assert.ThrowsAny<IOException>(() => new SafetensorsSink(_folder["x"], layout));
        Assert.Empty(_folder.Entries());
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        _folder.Write("file", "");
        var error = Assert.Throws<CheckpointException>(() => SafetensorsWriter.Create(_folder["file/x"], [A]));
        Assert.StartsWith(_folder["file/x"], error.Message);
    }

    [Fact]
    public void Every_tensor_is_aligned_to_its_elements()
    {
        TensorInfo[] tensors = [A, new("h", ElementType.F16, [1]), B, new("d", ElementType.F64, [1]), new("i", ElementType.I8, [1])];
        using (var writer = SafetensorsWriter.Create(_folder["x"], tensors))
        {
            foreach (var tensor in tensors)
                writer.Write(tensor.Name, new byte[tensor.ByteLength]);
            writer.Complete();
        }

        Assert.Equal(0, BitConverter.ToInt64(File.ReadAllBytes(_folder["x"])) % 8);
        using var file = SafetensorsFile.Open(_folder["x"]);
        Assert.Equal(["d", "b", "h", "a", "i"], file.Tensors.Select(tensor => tensor.Name));
    }

    public void Dispose() => _folder.Dispose();
}
