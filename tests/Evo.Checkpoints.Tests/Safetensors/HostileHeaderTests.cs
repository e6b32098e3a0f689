using System.Text;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Safetensors;

/// <summary>One lie a test: each is refused with the file, the place and what is wrong.</summary>
public sealed class HostileHeaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0, "has no length")]
    [InlineData(100_000_001, "longer than the 100000000")]
    [InlineData(ulong.MaxValue, "longer than the 100000000")]
    [InlineData(1UL << 63, "longer than the 100000000")]
    [InlineData(3, "does not fit into the 2 bytes")]
    [InlineData(100_000_000, "does not fit into the 2 bytes")]
    public void The_headers_length_is_checked_before_it_is_used(ulong length, string problem) =>
        AssertRefused(SafetensorsBytes.Of(length, "{}"u8.ToArray()), problem);

    [Fact]
    public void A_file_shorter_than_any_header_is_refused()
    {
        AssertRefused([], "holds 0 bytes");
        AssertRefused(new byte[9], "holds 9 bytes");
    }

    [Theory]
    [InlineData("[]", "does not start with '{'")]
    [InlineData(" {}", "does not start with '{'")]
    [InlineData("{  ", "not valid JSON")]
    [InlineData("{}}", "not valid JSON")]
    [InlineData("{}\0\0", "not valid JSON")]
    [InlineData("{} {}", "not valid JSON")]
    [InlineData("{/**/}", "not valid JSON")]
    [InlineData("{\"\\ud800\":1}", "not valid JSON")]
    [InlineData("{\"t\":{\"dtype\":\"\\ud800\"}}", "not valid JSON")]
    public void What_is_no_json_object_is_refused(string header, string problem) => AssertRefused(header, 0, problem);

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        byte[] header = [(byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}'];
        AssertRefused(SafetensorsBytes.Of((ulong)header.Length, header), "not valid UTF-8");
    }

    [Fact]
    public void Deep_nesting_is_refused() => AssertRefused(string.Concat(Enumerable.Repeat("{\"a\":", 5000)), 0, "header, byte");

    [Theory]
    [InlineData("""{"t":1}""", "'t': must be an object")]
    [InlineData("""{"t":null}""", "'t': must be an object")]
    [InlineData("""{"t":{}}""", "dtype is missing")]
    [InlineData("""{"t":{"dtype":"F32","data_offsets":[0,4]}}""", "shape is missing")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1]}}""", "data_offsets is missing")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[2]}}""", "unknown key 'strides'")]
    [InlineData("""{"t":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "dtype is given twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", "shape is given twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}""", "data_offsets is given twice")]
    [InlineData("""{"t":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", "unknown dtype 'F31'; known are F64, F32")]
    [InlineData("""{"t":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", "unknown dtype 'f32'")]
    [InlineData("""{"t":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", "dtype must be a string")]
    [InlineData("""{"t":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", "shape must be a list")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "shape must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", "shape must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", "shape must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "shape must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""", "shape must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]}}""", "more elements than any file")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "more elements than any file")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", "more elements than any file")]
    [InlineData("""{"t":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,4]}}""", "more elements than any file")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "must be two numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "more than 2 numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "data_offsets must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}""", "data_offsets must hold whole numbers")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "'t' is given twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0074":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "'t' is given twice")]
    public void A_tensors_entry_is_checked(string header, string problem) => AssertRefused(header, 4, problem);

    [Fact]
    public void More_dimensions_than_any_framework_has_are_refused() => AssertRefused(
        $$"""{"t":{"dtype":"F32","shape":[{{string.Join(",", Enumerable.Repeat(1, 65))}}],"data_offsets":[0,4]} }""", 4, "more than 64 numbers");

    [Theory]
    [InlineData("""{"__metadata__":[]}""", "__metadata__ must be an object")]
    [InlineData("""{"__metadata__":{"a":1}}""", "the value of 'a' must be a string")]
    [InlineData("""{"__metadata__":{"a":{"b":"c"}}}""", "the value of 'a' must be a string")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", "'a' is given twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", "__metadata__ is given twice")]
    public void Metadata_is_strings_only(string header, string problem) => AssertRefused(header, 0, problem);

    [Theory]
    [InlineData("[4,0]", "[1]", "end before they begin")]
    [InlineData("[0,4]", "[2]", "hold 4 bytes, but F32 [2] takes 8")]
    [InlineData("[0,12]", "[3]", "reach beyond the 8 bytes of data")]
    [InlineData("[9223372036854775803,9223372036854775807]", "[1]", "reach beyond the 8 bytes of data")]
    [InlineData("[4,8]", "[1]", "leave the 4 bytes before them unused")]
    [InlineData("[0,4]", "[1]", "the tensors end at byte 4 of 8")]
    public void Offsets_must_fit_the_shape_and_cover_the_data(string offsets, string shape, string problem) =>
        AssertRefused($$"""{"t":{"dtype":"F32","shape":{{shape}},"data_offsets":{{offsets}}} }""", 8, problem);

    [Fact]
    public void Overlapping_tensors_are_refused_by_name() => AssertRefused(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[5],"data_offsets":[7,12]}}""",
        12, "tensor 'b': data_offsets [7, 12] overlap those of tensor 'a'");

    [Fact]
    public void Gaps_between_tensors_are_refused() => AssertRefused(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        12, "tensor 'b': data_offsets [8, 12] leave the 4 bytes before them unused");

    [Fact]
    public void Data_without_tensors_is_refused() => AssertRefused("{}", 1, "the tensors end at byte 0 of 1");

    [Fact]
    public void Names_in_messages_are_harmless_and_short()
    {
        var error = AssertRefused($$"""{"\u001b[2J{{new string('x', 10_000)}}":1}""", 0, @"'\u001b[2Jxxx");
        Assert.True(error.Message.Length < 1000);
        Assert.DoesNotContain('\u001b', error.Message);
    }

    [Fact]
    public void A_named_pipe_is_refused_instead_of_waited_for()
    {
        if (OperatingSystem.IsWindows())
            return;
        using (var making = System.Diagnostics.Process.Start("mkfifo", _folder["pipe"]))
            making.WaitForExit();
        Assert.Contains("holds 0 bytes", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder["pipe"])).Message);
    }

    [Fact]
    public void Missing_files_folders_and_devices_are_refused()
    {
        Assert.Contains("does not exist", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder["nothing"])).Message);
        Assert.Contains("is a folder", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Path)).Message);
        if (File.Exists("/dev/zero"))
            Assert.Contains("holds 0 bytes", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open("/dev/zero")).Message);
    }

    public void Dispose() => _folder.Dispose();

    private CheckpointException AssertRefused(string header, int dataBytes, string problem) =>
        AssertRefused(SafetensorsBytes.Of((ulong)Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header), new byte[dataBytes]), problem);

    private CheckpointException AssertRefused(byte[] file, string problem)
    {
        var path = _folder.Write("hostile.safetensors", file);
        var error = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path, error.Message);
        Assert.Contains(problem, error.Message);
        return error;
    }
}
