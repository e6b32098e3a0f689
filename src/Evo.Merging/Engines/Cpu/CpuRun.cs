using System.Runtime.InteropServices;
using Evo.Merging.Engines.Cpu.Fused;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// One thread's working memory: a block for the base, each model and each intermediate result, small enough to stay in the processor's cache, and
/// used again for run after run.
/// </summary>
internal sealed unsafe class CpuRun : TensorRun, IDisposable
{
    /// <summary>Elements of an ordinary run: 32 KB a block. Kernels that need whole rows or tensors get longer ones.</summary>
    public const int Capacity = 8192;

    /// <summary>Most elements of any run.</summary>
    public const int MostElements = int.MaxValue / sizeof(float);

    private readonly List<Slot> _models = [];
    private readonly List<Slot> _scratch = [];
    private readonly Slot _base;
    private readonly Slot _own = new();
    private readonly Slot _stored = new();
    private readonly CpuBlock _output = new();
    private PlannedTensor? _tensor;
    private bool _hasOutput;
    private long _start;
    private int _length;

    public CpuRun() => _base = new Slot();

    /// <summary>Memory for merged elements as they are stored; its content lives until more is asked for.</summary>
    public byte* StoredBytes(int count) => (byte*)_stored.Memory((count + sizeof(float) - 1) / sizeof(float));

    public byte[] RoundingBytes { get; } = new byte[Capacity * sizeof(float)];

    public override long Start => _start;

    public override int Length => _length;

    public override int ModelCount => _tensor!.Models.Length;

    public override int RowLength => checked((int)RunLengths.Row(_tensor!.Output));

    public override Block Output => _hasOutput ? _output : throw new InvalidOperationException("a scan has no output");

    public override Block Base => Loaded(_base, _tensor!.Base ?? throw new InvalidOperationException("the method declared no need of a base"));

    public Span<float> Merged => _output.Values;

    /// <summary>Turns to other elements. All blocks are read anew.</summary>
    /// <param name="output">Where merged elements go; null in a scan.</param>
    public void Turn(PlannedTensor tensor, long start, int length, float* output = null)
    {
        (_tensor, _start, _length, _hasOutput) = (tensor, start, length, output is not null);
        _output.Place(output, start, output is null ? 0 : length);
        _base.IsLoaded = false;
        foreach (var slot in _models)
            slot.IsLoaded = false;
    }

    /// <summary>Turns to other elements, with memory of the run's own for what is merged.</summary>
    public void TurnToOwnOutput(PlannedTensor tensor, long start, int length) => Turn(tensor, start, length, _own.Memory(length));

    public override Block Model(int model)
    {
        while (_models.Count <= model)
            _models.Add(new Slot());
        return Loaded(_models[model], _tensor!.Models[model]);
    }

    public override Block Scratch(int index)
    {
        while (_scratch.Count <= index)
            _scratch.Add(new Slot());
        _scratch[index].Block.Place(_scratch[index].Memory(_length), _start, _length);
        return _scratch[index].Block;
    }

    public void Dispose()
    {
        foreach (var slot in _models.Concat(_scratch).Append(_base).Append(_own).Append(_stored))
            slot.Free();
    }

    private CpuBlock Loaded(Slot slot, TensorSource source)
    {
        if (!slot.IsLoaded)
        {
            if (StoredInputs.IsBFloat16(source))
            {
                slot.Block.PlaceOver(StoredInputs.Locate(source, _start, _length), slot.Memory(_length), _start, _length);
            }
            else
            {
                slot.Block.Place(slot.Memory(_length), _start, _length);
                source.ReadFloats(_start, slot.Block.Values);
            }

            slot.IsLoaded = true;
        }

        return slot.Block;
    }

    /// <summary>Gives back the memory of a run much longer than the ordinary ones.</summary>
    public void Trim()
    {
        if (_length <= Capacity)
            return;
        foreach (var slot in _models.Concat(_scratch).Append(_base).Append(_own))
            slot.Trim();
    }

    /// <summary>A block and its memory, which grows to the longest run that it was asked for.</summary>
    private sealed class Slot
    {
        private float* _memory;
        private int _capacity;

        public CpuBlock Block { get; } = new();

        public bool IsLoaded { get; set; }

        public float* Memory(int length)
        {
            if (length <= _capacity)
                return _memory;
            Free();
            _capacity = Math.Max(length, Capacity);
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)_capacity * sizeof(float), 64);
            return _memory;
        }

        public void Trim()
        {
            if (_capacity > 4 * Capacity)
                Free();
        }

        public void Free()
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _capacity = 0;
            IsLoaded = false;
        }
    }
}
