using Evo.Merging.Engines;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines.Forecasts;

/// <summary>What a forecast says, against what the merge then does.</summary>
public sealed class MergeForecastTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("slerp")]
    [InlineData("task_arithmetic")]
    [InlineData("ties")]
    [InlineData("dare_ties")]
    [InlineData("dare_linear")]
    public void Bytes_said_are_bytes_read_and_written(string method)
    {
        using var scene = LargeScene.Create();
        var (plan, sources) = CountingTensor.In(scene.Plan(LargeScene.Recipe(method)));
        var options = new FolderMergeOptions { Workers = 2, ShardBytes = 2_000_000 };
        var forecast = MergeForecast.Of(plan, options, probe: false);
        Assert.Equal(0, sources.Sum(source => source.BytesRead));

        var folder = Path.Combine(scene.Folder, "merged");
        FolderMerge.Write(plan, folder, options: options);
        Assert.Equal(sources.Sum(source => source.BytesRead), forecast.BytesRead);
        Assert.Equal(Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length), forecast.BytesWritten);
        Assert.Equal(forecast.BytesWritten, forecast.TemporaryBytes);
    }

    [Fact]
    public void Methods_have_their_shares()
    {
        using var scene = LargeScene.Create();
        var plan = scene.Plan(LargeScene.Recipe("ties"));
        var forecast = MergeForecast.Of(plan, new FolderMergeOptions { Workers = 1 }, Path.Combine(scene.Folder, "merged"));
        var share = Assert.Single(forecast.Methods);
        Assert.Equal(("ties", 2, plan.Tensors.Sum(tensor => tensor.Output.ElementCount)), (share.Method, share.Tensors, share.Elements));
        Assert.Equal(forecast.BytesRead, share.BytesRead);
        Assert.True(forecast.Seconds > 0);
        Assert.InRange(forecast.PeakMemoryBytes, 1, 1 << 26);
        Assert.Empty(Directory.EnumerateFiles(scene.Folder, "*probe*"));
    }

    [Fact]
    public void Of_tensors_that_are_all_huge_or_tiny_the_first_rows_of_a_huge_one_are_tried()
    {
        float[] huge = [.. Enumerable.Range(0, 5_000_000).Select(index => (index % 97) / 64f)];
        using var scene = new MergeScene([.. new[] { "base", "one", "two" }.Select(model => (model, new TinyModel().With(Names.Norm(0), [67], huge[..67]).With(Names.Up(0), [1000, 5000], huge)))]);
        var forecast = MergeForecast.Of(scene.Plan(LargeScene.Recipe("ties")), new FolderMergeOptions { Workers = 1 }, Path.Combine(scene.Folder, "merged"));
        Assert.InRange(forecast.PeakMemoryBytes, 1, 1 << 26); // by the vector's sorted order it would be 208 MB
    }

    [Fact]
    public void Without_a_probe_no_time_is_said()
    {
        using var scene = LargeScene.Create();
        Assert.Null(MergeForecast.Of(scene.Plan(LargeScene.Recipe("linear")), probe: false).Seconds);
    }
}
