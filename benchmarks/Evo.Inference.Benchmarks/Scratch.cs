namespace Evo.Inference.Benchmarks;

/// <summary>A temporary folder that goes with the program.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("evo-benchmark-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
