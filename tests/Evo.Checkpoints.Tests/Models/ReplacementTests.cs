using Evo.Checkpoints.Files;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Tests.Fixtures;

namespace Evo.Checkpoints.Tests.Models;

/// <summary>Whoever looks at a model folder that is being replaced, at whatever moment, sees the old one or the new one, whole.</summary>
public sealed class ReplacementTests : IDisposable
{
    private static readonly TensorInfo Tensor = new("t", ElementType.U8, [1]);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Two_folders_change_names_at_once()
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var name in new[] { "one", "two" })
        {
            Directory.CreateDirectory(_folder[name]);
            _folder.Write($"{name}/file", name);
        }

        Assert.True(Durable.TryExchange(_folder["one"], _folder["two"]));
        Assert.Equal(("two", "one"), (File.ReadAllText(_folder["one/file"]), File.ReadAllText(_folder["two/file"])));
        Assert.False(Durable.TryExchange(_folder["one"], _folder["none"]));
        Assert.True(Directory.Exists(_folder["one"]));
    }

    [Fact]
    public async Task A_folder_that_is_replaced_again_and_again_is_never_absent()
    {
        Write(0);
        using var done = new CancellationTokenSource();
        var watching = new TaskCompletionSource();
        var watcher = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                if (!File.Exists(_folder["out/config.json"]) && OperatingSystem.IsLinux())
                    return false;
                watching.TrySetResult();
            }

            return true;
        });
        await watching.Task;
        for (byte value = 1; value < 50; value++)
            Write(value);
        await done.CancelAsync();
        Assert.True(await watcher, "the folder was absent for a moment");
        using var model = ModelFolder.Open(_folder["out"]);
        Assert.Equal([49], model.Bytes("t").ToArray());
        Assert.Equal(["out", "out/config.json", "out/model.safetensors"], _folder.Entries());
    }

    [Fact]
    public void What_a_killed_process_left_does_not_disturb_the_next()
    {
        Write(1);
        var killed = Create(); // never disposed, as by a process that was killed
        killed.Write("t", [7]);
        Write(2);
        using (var model = ModelFolder.Open(_folder["out"]))
            Assert.Equal([2], model.Bytes("t").ToArray());
        Assert.Single(Directory.GetDirectories(_folder.Path, ".out.*.tmp"));
        killed.Dispose();
        Assert.Equal(["out", "out/config.json", "out/model.safetensors"], _folder.Entries());
    }

    public void Dispose() => _folder.Dispose();

    private void Write(byte value)
    {
        using var writer = Create();
        writer.Write("t", [value]);
        writer.Complete();
    }

    private ModelFolderWriter Create() =>
        ModelFolderWriter.Create(_folder["out"], TinyModel.ConfigJson, [Tensor], new ModelFolderOptions { Overwrite = true });
}
