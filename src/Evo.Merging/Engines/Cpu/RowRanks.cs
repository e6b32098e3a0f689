using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Ranks of a row's elements by magnitude: the smallest has rank 0, and of equal ones the earlier the lower. Nothing is sorted: magnitudes are counted in buckets by their
/// leading bits, a bucket bounds its elements' ranks, and where that does not settle a comparison, one element's rank is counted. In a bucket of equal magnitudes, which is
/// the rule for differences of bf16, that goes through the row once for all of them; a row that asks for many ranks among different magnitudes is sorted after all.
/// </summary>
internal sealed unsafe class RowRanks : IDisposable
{
    /// <summary>Buckets reach from the largest magnitude down over this many powers of two; what is smaller shares the first.</summary>
    private const int Octaves = 16;

    private const int MantissaBits = 23;
    private const int Infinity = 0x7F800000;
    private const int Lanes = 16;

    /// <summary>Ranks among different magnitudes that are counted one at a time in a row before it is sorted.</summary>
    private const int MostCounted = 64;

    private readonly int _length;
    private readonly int _buckets;
    private readonly int _shift;
    private readonly int* _memory;
    private ulong[]? _sorted;
    private int[]? _ranks;
    private int _countedMixed;

    // Of elements.
    private readonly int* _magnitudes;
    private readonly int* _bucketOf;

    // Of buckets: how many elements, in even and in odd lanes; the lowest rank, and one more for the end; whether magnitudes differ; up to where elements have been counted.
    private readonly int* _even;
    private readonly int* _odd;
    private readonly int* _lowest;
    private readonly int* _isMixed;
    private readonly int* _countedTo;
    private readonly int* _counted;

    public RowRanks(int length)
    {
        _length = length;
        _buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(length, Octaves, 1 << 16));
        _shift = MantissaBits - BitOperations.Log2((uint)_buckets / Octaves);
        _memory = (int*)NativeMemory.AlignedAlloc(((4 * ((nuint)length + 1)) + (6 * (nuint)_buckets) + 1) * sizeof(int), 64);
        Undecided = (UndecidedElement*)_memory;
        _magnitudes = (int*)(Undecided + length + 1);
        _bucketOf = _magnitudes + length;
        _even = _bucketOf + length;
        _odd = _even + _buckets;
        _isMixed = _odd + _buckets;
        _countedTo = _isMixed + _buckets;
        _counted = _countedTo + _buckets;
        _lowest = _counted + _buckets;
    }

    /// <summary>Room for as many elements as a row has, and one more.</summary>
    public UndecidedElement* Undecided { get; }

    /// <summary>Turns to another row, which is copied. False when it has no order: an element is not finite, or all are zero.</summary>
    public bool Turn(float* values)
    {
        var largest = CopyMagnitudes((int*)values);
        if (largest is 0 or >= Infinity)
            return false;
        Count(((largest >> _shift) - (_buckets - 1)) << _shift);
        _countedMixed = 0;
        return true;
    }

    /// <summary>Zeroes the undecided elements whose draw is not below <paramref name="first"/> + rank · <paramref name="step"/>, which is 0 or greater.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DropFrom(float* values, float first, float step, int undecided)
    {
        var lowest = _lowest;
        var bucketOf = _bucketOf;
        var end = Undecided + undecided;
        for (var place = Undecided; place < end; place++)
        {
            var (element, draw) = *place;
            var bucket = bucketOf[element];
            var (stays, mayStay) = (Bit(draw < first + (lowest[bucket] * step)), Bit(draw < first + ((lowest[bucket + 1] - 1) * step)));
            if (stays != mayStay) // seldom; whether an element stays is no branch, because no processor would foresee it
                stays = Bit(draw < first + (RankOf(element, bucket) * step));
            ((int*)values)[element] &= -stays;
        }
    }

    /// <summary>The rank of one element.</summary>
    public int RankOf(int element) => RankOf(element, _bucketOf[element]);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
    }

    private static int Bit(bool condition) => Unsafe.BitCast<bool, byte>(condition);

    private int RankOf(int element, int bucket)
    {
        if (_isMixed[bucket] == 0)
            return _lowest[bucket] + EqualBefore(element, bucket);
        if (_countedMixed == MostCounted)
            Sort();
        return _countedMixed++ < MostCounted ? SmallerThan(element) : _ranks![element];
    }

    private void Sort()
    {
        _sorted ??= new ulong[_length];
        _ranks ??= new int[_length];
        for (var i = 0; i < _length; i++)
            _sorted[i] = ((ulong)(uint)_magnitudes[i] << 32) | (uint)i;
        Array.Sort(_sorted);
        for (var rank = 0; rank < _length; rank++)
            _ranks[(uint)_sorted[rank]] = rank;
    }

    /// <returns>The largest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CopyMagnitudes(int* bits)
    {
        var i = 0;
        var largest = Vector512<int>.Zero;
        for (; i <= _length - Lanes; i += Lanes)
        {
            var magnitude = Vector512.Load(bits + i) & Vector512.Create(Masks.MagnitudeBits);
            magnitude.Store(_magnitudes + i);
            largest = Vector512.Max(largest, magnitude);
        }

        var found = 0;
        for (var lane = 0; lane < Lanes; lane++)
            found = Math.Max(found, largest[lane]);
        for (; i < _length; i++)
            found = Math.Max(found, _magnitudes[i] = bits[i] & Masks.MagnitudeBits);
        return found;
    }

    /// <param name="smallest">The bits at which the first bucket begins.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(int smallest)
    {
        new Span<int>(_even, 2 * _buckets).Clear();
        new Span<int>(_isMixed, 2 * _buckets).Clear(); // and how far elements have been counted
        var even = _even;
        var odd = _odd;
        var bucketOf = _bucketOf;
        var rest = Vector512.Create((1 << _shift) - 1);
        var i = 0;
        for (; i <= _length - Lanes; i += Lanes)
        {
            var magnitude = Vector512.Load(_magnitudes + i);
            var kept = Vector512.Max(magnitude, Vector512.Create(smallest));
            ((kept - Vector512.Create(smallest)) >>> _shift).Store(bucketOf + i);
            var mixed = (~(Vector512.Equals(magnitude & rest, Vector512<int>.Zero) & Vector512.Equals(magnitude, kept))).ExtractMostSignificantBits();
            for (; mixed != 0; mixed &= mixed - 1)
                _isMixed[bucketOf[i + BitOperations.TrailingZeroCount(mixed)]] = 1;
            for (var lane = 0; lane < Lanes; lane += 2)
            {
                even[bucketOf[i + lane]]++;
                odd[bucketOf[i + lane + 1]]++;
            }
        }

        for (; i < _length; i++)
        {
            var kept = Math.Max(_magnitudes[i], smallest);
            even[bucketOf[i] = (kept - smallest) >>> _shift]++;
            if ((kept & ((1 << _shift) - 1)) != 0 || kept != _magnitudes[i])
                _isMixed[bucketOf[i]] = 1;
        }

        var lowest = _lowest;
        var sum = 0;
        for (var bucket = 0; bucket < _buckets; bucket++)
        {
            lowest[bucket] = sum;
            sum += even[bucket] + odd[bucket];
        }

        lowest[_buckets] = sum;
    }

    /// <summary>How many elements of the bucket come before one of them, counted on from the one that was asked for last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int EqualBefore(int element, int bucket)
    {
        var i = _countedTo[bucket] <= element ? _countedTo[bucket] : 0;
        var before = i > 0 ? _counted[bucket] : 0;
        var found = Vector512<int>.Zero;
        for (; i <= element - Lanes; i += Lanes)
            found -= Vector512.Equals(Vector512.Load(_bucketOf + i), Vector512.Create(bucket));
        before += Vector512.Sum(found);
        for (; i < element; i++)
            before += _bucketOf[i] == bucket ? 1 : 0;
        (_countedTo[bucket], _counted[bucket]) = (element, before);
        return before;
    }

    private int SmallerThan(int element)
    {
        var magnitude = _magnitudes[element];
        return CountBelow(_magnitudes, element, magnitude + 1) + CountBelow(_magnitudes + element, _length - element, magnitude);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountBelow(int* magnitudes, int length, int limit)
    {
        var i = 0;
        var found = Vector512<int>.Zero;
        for (; i <= length - Lanes; i += Lanes)
            found -= Vector512.LessThan(Vector512.Load(magnitudes + i), Vector512.Create(limit));
        var count = Vector512.Sum(found);
        for (; i < length; i++)
            count += magnitudes[i] < limit ? 1 : 0;
        return count;
    }
}
