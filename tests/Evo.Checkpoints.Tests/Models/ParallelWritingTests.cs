using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

/// <summary>Tensors, and pieces of one tensor, written by many threads at once.</summary>
public sealed class ParallelWritingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Tensors_may_be_written_from_many_threads()
    {
        TensorInfo[] tensors = [.. Enumerable.Range(0, 64).Select(i => new TensorInfo($"t{i}", ElementType.F16, [100]))];
        using (var writer = ModelFolderWriter.Create(_folder["out"], TinyModel.ConfigJson, tensors, new ModelFolderOptions { ShardBytes = 1000 }))
        {
            Parallel.For(0, 64, i =>
            {
                for (var row = 0; row < 10; row++)
                    writer.WriteFloats($"t{i}", [.. Enumerable.Repeat((float)i, 10)]);
            });
            writer.Complete();
        }

        using var model = ModelFolder.Open(_folder["out"]);
        var values = new float[100];
        for (var i = 0; i < 64; i++)
        {
            model.ReadFloats($"t{i}", 0, values);
            Assert.All(values, value => Assert.Equal(i, value));
        }
    }

    [Fact]
    public void Pieces_of_a_tensor_may_be_put_in_their_places_from_many_threads()
    {
        const int pieces = 96;
        const int pieceBytes = 1 << 20; // enough for some of it to be sent to the device on the way
        TensorInfo[] tensors = [new("large", ElementType.U8, [pieces, pieceBytes]), new("small", ElementType.U8, [4])];
        using (var writer = ModelFolderWriter.Create(_folder["out"], TinyModel.ConfigJson, tensors))
        {
            Parallel.For(0, pieces, i => writer.Write("large", (long)(i * 37 % pieces) * pieceBytes, [.. Enumerable.Repeat((byte)(i * 37 % pieces), pieceBytes)]));
            writer.Write("small", 2, [3, 4]);
            Assert.Contains("lacks 2 of its 4 bytes", Assert.Throws<InvalidOperationException>(writer.Complete).Message);
            writer.Write("small", 0, [1, 2]);
            writer.Complete();
        }

        using var model = ModelFolder.Open(_folder["out"]);
        for (var i = 0; i < pieces; i++)
            Assert.False(model.Bytes("large", (long)i * pieceBytes, pieceBytes).ContainsAnyExcept((byte)i));
        Assert.Equal([1, 2, 3, 4], model.Bytes("small").ToArray());
    }

    public void Dispose() => _folder.Dispose();
}
