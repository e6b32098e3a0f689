using Evo.Merging.Planning;

namespace Evo.Merging.Tests.Planning;

/// <summary>Names of a model hub are looked up in huggingface_hub's cache, never outside of it.</summary>
public sealed class ModelLocationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("evo-hub-").FullName;

    public ModelLocationTests()
    {
        Snapshot("models--owner--name", "abc123", "main");
        Snapshot("models--owner--name", "def456", "v1");
        Snapshot("models--gpt2", "789aaa", "main");
        Directory.CreateDirectory(Path.Combine(_root, "here", "owner", "local"));
    }

    [Theory]
    [InlineData("owner/name", "models--owner--name/snapshots/abc123")]
    [InlineData("owner/name@v1", "models--owner--name/snapshots/def456")]
    [InlineData("owner/name@def456", "models--owner--name/snapshots/def456")]
    [InlineData("gpt2", "models--gpt2/snapshots/789aaa")]
    public void Cached_models_are_found(string name, string snapshot) =>
        Assert.Equal(Path.Combine(_root, "hub", snapshot), ModelLocation.Of(name, Path.Combine(_root, "here"), Path.Combine(_root, "hub")));

    [Theory]
    [InlineData("owner/local")]
    [InlineData("owner/other")]
    [InlineData("owner/name@v2")]
    [InlineData("../hub/models--gpt2")]
    [InlineData("owner/../name")]
    [InlineData("a/b/c")]
    [InlineData("owner/name@../../x")]
    public void Everything_else_is_a_folder(string name) =>
        Assert.Equal(Path.Combine(_root, "here", name), ModelLocation.Of(name, Path.Combine(_root, "here"), Path.Combine(_root, "hub")));

    [Fact]
    public void A_reference_that_leads_elsewhere_is_not_followed()
    {
        File.WriteAllText(Path.Combine(_root, "hub", "models--gpt2", "refs", "main"), "../../../here");
        Assert.Equal(Path.Combine(_root, "here", "gpt2"), ModelLocation.Of("gpt2", Path.Combine(_root, "here"), Path.Combine(_root, "hub")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Snapshot(string model, string commit, string reference)
    {
        Directory.CreateDirectory(Path.Combine(_root, "hub", model, "snapshots", commit));
        Directory.CreateDirectory(Path.Combine(_root, "hub", model, "refs"));
        File.WriteAllText(Path.Combine(_root, "hub", model, "refs", reference), commit + "\n");
    }
}
