using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;

namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// The key of a random mask. The uniform number of an element depends on this key and the element's flat index alone (counter-based), so masks are the
/// same whatever a tensor is cut into, common to all candidates of one seed, and nested: a smaller density keeps a subset of a larger one.
/// </summary>
public readonly record struct MaskKey(uint First, uint Second)
{
    /// <summary>A key for one tensor of one model, by content and not by path.</summary>
    public static MaskKey Of(long seed, string modelContentHash, string tensorName)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}\n{modelContentHash}\n{tensorName}")), hash);
        return new MaskKey(BinaryPrimitives.ReadUInt32LittleEndian(hash), BinaryPrimitives.ReadUInt32LittleEndian(hash[4..]));
    }

    /// <summary>The uniform number of the element at <paramref name="index"/>, scaled to [0, 2^32).</summary>
    public uint Draw(long index) => Mix(Mix((uint)index + First) ^ SecondWord(index));

    /// <summary>The draws of <see cref="Vector{T}.Count"/> consecutive elements; the run must not cross a multiple of 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<uint> Draws(long index) =>
        Mix(Mix(Vector<uint>.Indices + new Vector<uint>((uint)index + First)) ^ new Vector<uint>(SecondWord(index)));

    /// <summary>The draws of sixteen elements, of which <paramref name="counters"/> are the indices plus <see cref="First"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<uint> Draws(Vector512<uint> counters, uint secondWord) => Mix(Mix(counters) ^ Vector512.Create(secondWord));

    /// <summary>What enters the second round: it changes at multiples of 2^32 only.</summary>
    internal uint SecondWord(long index) => Second + ((uint)(index >> 32) * 0x9E3779B9u);

    /// <summary>
    /// The indices below <paramref name="count"/> whose draw lies in [first, end): draws are a bijection of the index, gone backwards here.
    /// </summary>
    public long[] Drawn(uint first, uint end, uint count)
    {
        var indices = new List<long>();
        ulong draw = first;
        for (; draw + (ulong)Vector<uint>.Count <= end; draw += (ulong)Vector<uint>.Count)
        {
            var found = Unmix(Unmix(Vector<uint>.Indices + new Vector<uint>((uint)draw)) ^ new Vector<uint>(Second)) - new Vector<uint>(First);
            if (Vector.LessThanAny(found, new Vector<uint>(count)))
                for (var lane = 0; lane < Vector<uint>.Count; lane++)
                    if (found[lane] < count)
                        indices.Add(found[lane]);
        }

        for (; draw < end; draw++)
            if (Unmix(Unmix((uint)draw) ^ Second) - First is var index && index < count)
                indices.Add(index);
        return [.. indices];
    }

    /// <summary>Draws below this bound are kept at a density in [0, 1); 2^32 · density, rounded down.</summary>
    public static uint Bound(double density) => (uint)Math.Clamp(density * 4294967296.0, 0, uint.MaxValue);

    /// <summary>C. Wellons' lowbias32: a bijection of 32-bit words in which every input bit flips every output bit with probability close to 1/2.</summary>
    private static uint Mix(uint x)
    {
        x ^= x >> 16;
        x *= 0x7FEB352Du;
        x ^= x >> 15;
        x *= 0x846CA68Bu;
        return x ^ (x >> 16);
    }

    /// <summary>The inverse of <see cref="Mix(uint)"/>.</summary>
    private static uint Unmix(uint x)
    {
        x ^= x >> 16;
        x *= 0x43021123u;
        x ^= (x >> 15) ^ (x >> 30);
        x *= 0x1D69E2A5u;
        return x ^ (x >> 16);
    }

    private static Vector<uint> Unmix(Vector<uint> x)
    {
        x ^= x >>> 16;
        x *= new Vector<uint>(0x43021123u);
        x ^= (x >>> 15) ^ (x >>> 30);
        x *= new Vector<uint>(0x1D69E2A5u);
        return x ^ (x >>> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Mix(Vector<uint> x)
    {
        x ^= x >>> 16;
        x *= new Vector<uint>(0x7FEB352Du);
        x ^= x >>> 15;
        x *= new Vector<uint>(0x846CA68Bu);
        return x ^ (x >>> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Mix(Vector512<uint> x)
    {
        x ^= x >>> 16;
        x *= Vector512.Create(0x7FEB352Du);
        x ^= x >>> 15;
        x *= Vector512.Create(0x846CA68Bu);
        return x ^ (x >>> 16);
    }
}
