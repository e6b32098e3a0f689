using System.Text;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tests.Fixtures;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Checkpoints.Tests.Safetensors;

/// <summary>Whatever a file holds, it either opens with data that agrees with itself, or is refused by a <see cref="CheckpointException"/>.</summary>
public sealed class MutatedFileTests : IDisposable
{
    private const string Header =
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]},"c":{"dtype":"U8","shape":[],"data_offsets":[14,15]}}""";

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "1", "-", "e9", ".5", "null", "true", " ", "\0", "é", "\\ud800", "9223372036854775807",
        "4294967296", "\"a\":", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F64\"", "\"I8\"", "[0,8]", "[8,14]", "[]", "\"__metadata__\":",
    ];

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_mutated_file_opens_consistently_or_is_refused(int seed)
    {
        var random = new Random(seed);
        int opened = 0, refused = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (OpensConsistently(Mutate(random)))
                opened++;
            else
                refused++;
        }

        // Both happen, or the mutations test nothing.
        Assert.True(opened > 5, $"only {opened} opened");
        Assert.True(refused > 500, $"only {refused} were refused");
    }

    [Fact]
    public void Any_bytes_open_consistently_or_are_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            OpensConsistently(bytes);
            OpensConsistently(SafetensorsBytes.Of((ulong)bytes.Length, bytes));
            OpensConsistently(SafetensorsBytes.Of((ulong)bytes.Length + 1, [(byte)'{', .. bytes]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(60)]
    public void A_file_cut_off_anywhere_is_refused(int step)
    {
        var whole = Whole();
        for (var length = step; length < whole.Length; length += 61)
            Assert.False(OpensConsistently(whole[..length]), $"{length} bytes");
        Assert.False(OpensConsistently([.. whole, 0]));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Whole() => SafetensorsBytes.Of(Header, [.. Enumerable.Range(0, 15).Select(i => (byte)i)]);

    private static byte[] Mutate(Random random)
    {
        if (random.Next(4) == 0)
        {
            // Blind: any bytes of the file, the length field included.
            var file = Whole();
            for (var change = random.Next(1, 4); change > 0; change--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            return file;
        }

        var header = new StringBuilder(Header);
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(header.Length);
            switch (random.Next(4))
            {
                case 0:
                    header.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 1:
                    header.Remove(at, Math.Min(random.Next(1, 12), header.Length - at));
                    break;
                case 2:
                    header[at] = (char)random.Next(32, 127);
                    break;
                default:
                    // A part again, somewhere else: duplicate keys and entries.
                    header.Insert(random.Next(header.Length), header.ToString(at, Math.Min(random.Next(1, 60), header.Length - at)));
                    break;
            }

            if (header.Length == 0)
                break;
        }

        return SafetensorsBytes.Of(header.ToString(), new byte[random.Next(8) == 0 ? random.Next(30) : 15]);
    }

    /// <summary>False when refused; fails the test when the opened file contradicts itself. Any other exception fails it too.</summary>
    private bool OpensConsistently(byte[] bytes)
    {
        var path = _folder.Write("mutant", bytes);
        try
        {
            using var file = SafetensorsFile.Open(path);
            long total = 0;
            foreach (var tensor in file.Tensors)
            {
                Assert.Equal(tensor.ByteLength, file.Bytes(tensor.Name).Length);
                Assert.Equal(tensor, file.Find(tensor.Name));
                total += tensor.ByteLength;
            }

            var headerLength = BitConverter.ToInt64(bytes);
            Assert.Equal(bytes.Length, 8 + headerLength + total);
            Assert.Equal(file.Tensors.Length, file.Tensors.Select(tensor => tensor.Name).Distinct().Count());
            return true;
        }
        catch (CheckpointException error)
        {
            Assert.StartsWith(path, error.Message);
            return false;
        }
    }
}
