using Evo.Checkpoints.Models;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.ReadBudgets;

/// <summary>Content hashes that are kept between runs, and when they are not believed.</summary>
public sealed class ContentHashMemoryTests : IDisposable
{
    private readonly MergeScene _scene = new(("a", TinyModel.OfVector(1, 2, 3)));
    private readonly string _false = new('a', 64);

    private string Kept => Path.Combine(_scene.Folder, "kept");

    private string Model => Path.Combine(_scene.Folder, "a");

    [Fact]
    public void A_hash_is_kept_until_a_file_changes()
    {
        Age();
        var real = Hash();
        var file = Assert.Single(Directory.GetFiles(Kept));
        Assert.Equal(real, File.ReadAllText(file));
        File.WriteAllText(file, _false); // it is believed: the model is not read again
        Assert.Equal(_false, Hash());

        File.SetLastWriteTimeUtc(Path.Combine(Model, "model.safetensors"), DateTime.UtcNow.AddHours(-2));
        Assert.Equal(real, Hash());
    }

    [Fact]
    public void Files_that_have_just_changed_are_not_trusted()
    {
        Hash();
        Assert.False(Directory.Exists(Kept) && Directory.EnumerateFiles(Kept).Any());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not hexadecimal digits, and yet as long as a hash is: 64 of them.")]
    public void What_is_no_hash_is_computed_again(string text)
    {
        Age();
        var real = Hash();
        File.WriteAllText(Assert.Single(Directory.GetFiles(Kept)), text.PadRight(64)[..(text.Length == 0 ? 0 : 64)]);
        Assert.Equal(real, Hash());
    }

    [Fact]
    public void Without_a_place_to_keep_it_the_hash_is_computed()
    {
        Age();
        File.WriteAllText(Kept, "a file where the folder should be");
        Assert.Equal(64, Hash().Length);
    }

    public void Dispose() => _scene.Dispose();

    private string Hash()
    {
        using var model = ModelFolder.Open(Model);
        new ContentHashMemory(Kept).Serve(model);
        return model.ContentHash;
    }

    private void Age()
    {
        foreach (var file in Directory.EnumerateFiles(Model))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
    }
}
