using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

/// <summary>Real models that another program has written.</summary>
public sealed class FamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Members => [.. Family.Names];

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_member_opens_and_every_tensor_has_its_place(string member)
    {
        using var model = ModelFolder.Open(Family.Folder(member));
        Assert.Equal(member, model.Name);
        Assert.Equal(new TensorInfo("model.embed_tokens.weight", ElementType.BF16, [model.Config.VocabSize, 128]), model.Find("model.embed_tokens.weight"));
        Assert.Equal(2 + (9 * model.Config.NumHiddenLayers), model.Tensors.Length); // embedding, norm, and nine tensors a layer; the head is tied
        Assert.NotNull(model.GenerationConfigFile);

        var places = model.Tensors.Select(tensor => TensorPlaces.Of(tensor.Name)).ToArray();
        Assert.DoesNotContain(places, place => place.Component == Component.Other);
        Assert.Equal(Enumerable.Range(0, model.Config.NumHiddenLayers), places.Select(place => place.Layer).OfType<int>().Distinct().Order());
        Assert.Equal(places.Length, places.Distinct().Count());
    }

    [Fact]
    public void Members_are_different_models_of_finite_weights()
    {
        var hashes = new HashSet<string>();
        foreach (var member in Family.Names)
        {
            using var model = ModelFolder.Open(Family.Folder(member));
            Assert.True(hashes.Add(model.ContentHash), member);
            foreach (var tensor in model.Tensors)
            {
                var values = new float[tensor.ElementCount];
                model.ReadFloats(tensor.Name, 0, values);
                Assert.All(values, value => Assert.True(float.IsFinite(value)));
                Assert.Contains(values, value => value != 0);
            }
        }
    }

    [Theory]
    [InlineData(5_000_000_000)]
    [InlineData(300_000)]
    public void Read_as_floats_and_written_again_it_is_the_same_model(long shardBytes)
    {
        using var model = ModelFolder.Open(Family.Folder("base"));
        var options = new ModelFolderOptions { ShardBytes = shardBytes };
        using (var writer = ModelFolderWriter.Create(_folder["copy"], model.Config.Json, model.Tensors, options))
        {
            foreach (var tensor in model.Tensors)
            {
                var row = new float[tensor.ElementCount / tensor.Shape[0]];
                for (long first = 0; first < tensor.ElementCount; first += row.Length)
                {
                    model.ReadFloats(tensor.Name, first, row);
                    writer.WriteFloats(tensor.Name, row);
                }
            }

            foreach (var file in model.TokenizerFiles)
                writer.AddFile(file);
            writer.AddFile(model.GenerationConfigFile!);
            writer.Complete();
        }

        using var copy = ModelFolder.Open(_folder["copy"]);
        Assert.Equal(model.ContentHash, copy.ContentHash);
        Assert.Equal(model.TokenizerFiles.Select(Path.GetFileName), copy.TokenizerFiles.Select(Path.GetFileName));
    }

    public void Dispose() => _folder.Dispose();
}
