using System.Collections.Immutable;
using System.Text;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>What is prepared is kept within a number of bytes; what finds no room is computed again.</summary>
public sealed class PreparedCacheTests : IDisposable
{
    private const int Length = 1000;
    private const int Size = (Length * sizeof(float)) + 64;

    private readonly MergeScene _scene = new(("a", TinyModel.OfVector(1)));
    private readonly TensorSource _source;
    private int _computed;

    public PreparedCacheTests() => _source = _scene.Plan("{merge_method: passthrough, models: [{model: a}]}").Tensors[0].Models[0];

    [Fact]
    public void A_value_is_computed_once()
    {
        var cache = new PreparedCache();
        Assert.Same(Ask(cache, "x"), Ask(cache, "x"));
        Assert.Equal(1, _computed);
        Assert.Equal(Size, cache.Bytes);
    }

    [Fact]
    public void A_value_without_room_is_computed_each_time()
    {
        var cache = new PreparedCache(Size + 10);
        Ask(cache, "x");
        Ask(cache, "y");
        Ask(cache, "y");
        Ask(cache, "x");
        Assert.Equal(3, _computed);
        Assert.Equal(Size, cache.Bytes);
    }

    [Fact]
    public void What_two_merges_did_not_ask_for_makes_room()
    {
        var cache = new PreparedCache(2 * Size);
        cache.NextMerge();
        Ask(cache, "old");
        Ask(cache, "used");
        for (var merge = 0; merge < 2; merge++)
        {
            cache.NextMerge();
            Ask(cache, "used");
            Assert.Equal(merge == 1, cache.HasRoomFor(Size));
        }

        Ask(cache, "new");
        Ask(cache, "new");
        Ask(cache, "used");
        Assert.Equal(3, _computed);
        Ask(cache, "old");
        Assert.Equal(4, _computed);
        Assert.Equal(2 * Size, cache.Bytes);
    }

    [Fact]
    public void A_computation_that_fails_is_not_kept()
    {
        var cache = new PreparedCache();
        Assert.Throws<InvalidOperationException>(() => cache.GetOrCompute<float[]>("x", null, [_source], () => throw new InvalidOperationException()));
        Ask(cache, "x");
        Assert.Equal(1, _computed);
    }

    [Fact]
    public void Sizes_count_arrays_wherever_they_are()
    {
        Assert.Equal(64 + 80, PreparedSize.Of(new double[10]));
        Assert.Equal(64 + 8 + 40, PreparedSize.Of(new[] { new float[10] }));
        Assert.Equal(64 + 80 + 40, PreparedSize.Of((new double[10], new float[10])));
        Assert.Equal(64 + 40, PreparedSize.Of(ImmutableArray.CreateRange(new float[10])));
        Assert.Equal(64 + 160, PreparedSize.Of(new (int, long)[10]));
        Assert.Equal(64 + 80, PreparedSize.Of(Enumerable.Range(0, 10).ToDictionary(key => $"{key}", value => (double)value)));
        Assert.Equal(64, PreparedSize.Of(3.5));
        Assert.Equal(64, PreparedSize.Of((3.5, 2)));
    }

    [Fact]
    public void Other_types_say_their_sizes_or_are_not_kept()
    {
        Assert.Equal(64 + 24 + 40, PreparedSize.Of((new GramMatrix(2, new double[3]), new float[10])));
        Assert.Throws<ArgumentException>(() => PreparedSize.Of(new StringBuilder()));
        Assert.Throws<ArgumentException>(() => PreparedSize.Of((new float[10], new StringBuilder())));
        Assert.Throws<ArgumentException>(() => PreparedSize.Of(new[] { DateTimeOffset.UnixEpoch }));
    }

    public void Dispose() => _scene.Dispose();

    private float[] Ask(PreparedCache cache, string what) => cache.GetOrCompute(what, null, [_source], () =>
    {
        _computed++;
        return new float[Length];
    });
}
