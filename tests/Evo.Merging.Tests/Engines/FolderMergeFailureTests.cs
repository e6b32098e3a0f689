using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>A merge that does not come to its end: the old model or none is in its place, whole, and nothing else is left.</summary>
public sealed class FolderMergeFailureTests
{
    private const string Old = "{merge_method: passthrough, models: [{model: a}]}";
    private const string New = "{merge_method: passthrough, models: [{model: b}]}";

    [Fact]
    public void Stopped_at_any_piece_it_leaves_the_old_model_and_nothing_else()
    {
        using var scene = TwoLarge();
        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(scene.Plan(Old), folder);
        var entries = Entries(scene);
        for (var last = 1; last <= 4; last++) // the tensor has 4 pieces
        {
            using var source = new CancellationTokenSource();
            var pieces = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => FolderMerge.Write(
                scene.Plan(New), folder, options: new FolderMergeOptions { Overwrite = true, Workers = 2 },
                progress: new Immediate(() => StopAt(ref pieces, last, source)), cancellation: source.Token));
            Assert.Equal(entries, Entries(scene));
            Assert.Equal(1, First(folder));
        }

        FolderMerge.Write(scene.Plan(New), folder, options: new FolderMergeOptions { Overwrite = true });
        Assert.Equal(entries, Entries(scene));
        Assert.Equal(2, First(folder));

        static void StopAt(ref int pieces, int last, CancellationTokenSource source)
        {
            if (++pieces == last)
                source.Cancel();
            source.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named_and_leaves_the_old_model()
    {
        using var scene = TwoLarge();
        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(scene.Plan(Old), folder);
        var entries = Entries(scene);
        var failure = Assert.Throws<CheckpointException>(() => FolderMerge.Write(
            scene.Plan(New), folder, options: new FolderMergeOptions { Overwrite = true, ShardBytes = 4 },
            progress: new Immediate(() => TakeTheFolderAway(scene))));
        Assert.StartsWith(folder + ": could not be written: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(entries, Entries(scene));
        Assert.Equal(1, First(folder));

        static void TakeTheFolderAway(MergeScene scene)
        {
            foreach (var staged in Directory.GetDirectories(scene.Folder, ".out*"))
                Directory.Delete(staged, recursive: true);
        }
    }

    [Fact]
    public void A_read_only_place_is_refused_with_its_name_and_nothing_is_made()
    {
        using var scene = TwoLarge();
        var sealedFolder = Directory.CreateDirectory(Path.Combine(scene.Folder, "sealed")).FullName;
        using var _ = new ReadOnlyFolder(sealedFolder);
        if (ReadOnlyFolder.IsIgnored(sealedFolder))
            sealedFolder = "/proc/sys"; // whoever may write everywhere cannot write there
        var folder = Path.Combine(sealedFolder, "out");
        var failure = Assert.Throws<CheckpointException>(() => FolderMerge.Write(scene.Plan(Old), folder));
        Assert.StartsWith(folder + ": cannot be made: ", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(scene.Folder, "sealed")));
    }

    [Fact]
    public void The_first_tensor_that_fails_is_named_whatever_thread_met_one_first()
    {
        var (large, small) = (new float[3_000_000], new float[2]);
        (large[^1], small[0]) = (float.NaN, float.NaN);
        using var scene = new MergeScene(("a", new TinyModel().With(Names.Embedding, [large.Length / 2, 2], large).With(Names.Norm(0), [2], small)
            .With(Names.Query(0), [2, 2], new float[4]).With(Names.Up(0), [4, 2], new float[8]).With(Names.FinalNorm, [2], small)));
        foreach (var workers in new[] { 1, 2, 5 })
        {
            var failure = Assert.Throws<NonFiniteMergeException>(() => FolderMerge.Write(
                scene.Plan(Old), Path.Combine(scene.Folder, "out"), options: new FolderMergeOptions { Workers = workers }));
            Assert.Equal(Names.Embedding, failure.Tensor);
        }
    }

    [Fact]
    public void A_tensor_that_does_not_fit_is_refused_with_what_it_takes()
    {
        using var scene = TwoLarge();
        var tensor = scene.Plan("{merge_method: task_arithmetic, base_model: a, models: [{model: a}, {model: b}], parameters: {weight: 1}}").Tensors[0];
        const int whole = 1_000_000;
        var needed = 4L * whole * sizeof(float); // base, model, result, and one more
        Assert.Equal(needed, MemoryGate.BytesOf(tensor, whole));
        var failure = Assert.Throws<RecipeException>(() => new MemoryGate(needed - 1).Take(tensor, whole));
        Assert.Equal(
            $"'task_arithmetic' needs {whole:N0} elements of '{tensor.Output.Name}' at once, of 2 inputs, which takes 16 MB in float32; it was given 15 MB: "
            + "give that much memory (--memory 16MB), or merge with a method that goes element by element", failure.Message);
        new MemoryGate(needed).Take(tensor, whole);
    }

    [Fact]
    public void The_ranks_of_long_rows_count()
    {
        using var scene = TwoLarge();
        long Bytes(string method) => MemoryGate.BytesOf(
            scene.Plan($"{{merge_method: {method}, base_model: a, models: [{{model: b}}], parameters: {{weight: 1, density: 0.5}}}}").Tensors[0], 1_000_000);
        Assert.Equal(28_000_000, Bytes("della") - Bytes("ties")); // two numbers for undecided elements, a magnitude, a bucket; a key of two and a rank where a row is sorted
        Assert.Equal(Bytes("della"), Bytes("della_linear"));
    }

    [Fact]
    public void As_many_are_merged_at_a_time_as_fit()
    {
        using var scene = TwoLarge();
        var tensor = scene.Plan(Old).Tensors[0];
        const int run = 1 << 20;
        var gate = new MemoryGate(MemoryGate.BytesOf(tensor, run) * 2);
        var (inside, most) = (0, 0);
        Parallel.For(0, 50, new ParallelOptions { MaxDegreeOfParallelism = 6 }, _ =>
        {
            gate.Take(tensor, run);
            var now = Interlocked.Increment(ref inside);
            for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen;)
                seen = Volatile.Read(ref most);
            Thread.SpinWait(10_000);
            Interlocked.Decrement(ref inside);
            gate.Return(tensor, run);
        });
        Assert.InRange(most, 1, 2);
    }

    private static MergeScene TwoLarge() => new(("a", TinyModel.OfVector(Filled(1))), ("b", TinyModel.OfVector(Filled(2))));

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, 1_000_000)];

    private static string[] Entries(MergeScene scene) =>
        [.. Directory.EnumerateFileSystemEntries(scene.Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal)];

    private static float First(string folder)
    {
        using var model = ModelFolder.Open(folder);
        var values = new float[1];
        model.ReadFloats(model.Tensors[0].Name, 0, values);
        return values[0];
    }

    private sealed class Immediate(Action told) : IProgress<double>
    {
        public void Report(double value) => told();
    }

    /// <summary>A folder without write permission, until it is disposed.</summary>
    private sealed class ReadOnlyFolder : IDisposable
    {
        private readonly string _path;

        public ReadOnlyFolder(string path)
        {
            _path = path;
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        /// <summary>Administrators may write wherever they like.</summary>
        public static bool IsIgnored(string path)
        {
            var probe = Path.Combine(path, "probe");
            try
            {
                File.WriteAllText(probe, "");
                File.Delete(probe);
                return true;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        public void Dispose()
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
