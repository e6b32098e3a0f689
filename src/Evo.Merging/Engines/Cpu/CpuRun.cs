using System.Runtime.InteropServices;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// One thread's working memory: a block for the base, each model and each intermediate result, small enough to stay in the processor's cache, and
/// used again for run after run.
/// </summary>
internal sealed unsafe class CpuRun : TensorRun, IDisposable
{
    /// <summary>Elements of a run: 32 KB a block.</summary>
    public const int Capacity = 8192;

    private readonly List<nint> _memory = [];
    private readonly List<Slot> _models = [];
    private readonly List<Slot> _scratch = [];
    private readonly Slot _base;
    private readonly CpuBlock _output = new();
    private PlannedTensor? _tensor;
    private bool _hasOutput;
    private long _start;
    private int _length;

    public CpuRun() => _base = NewSlot();

    public byte[] RoundingBytes { get; } = new byte[Capacity * sizeof(float)];

    public override long Start => _start;

    public override int Length => _length;

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

    public override Block Model(int model)
    {
        while (_models.Count <= model)
            _models.Add(NewSlot());
        return Loaded(_models[model], _tensor!.Models[model]);
    }

    public override Block Scratch(int index)
    {
        while (_scratch.Count <= index)
            _scratch.Add(NewSlot());
        _scratch[index].Block.Place(_scratch[index].Memory, _start, _length);
        return _scratch[index].Block;
    }

    public void Dispose()
    {
        foreach (var memory in _memory)
            NativeMemory.AlignedFree((void*)memory);
        _memory.Clear();
    }

    private CpuBlock Loaded(Slot slot, TensorSource source)
    {
        if (!slot.IsLoaded)
        {
            slot.Block.Place(slot.Memory, _start, _length);
            source.Folder.ReadFloats(source.Tensor.Name, _start, slot.Block.Values);
            slot.IsLoaded = true;
        }

        return slot.Block;
    }

    private Slot NewSlot()
    {
        var memory = (float*)NativeMemory.AlignedAlloc(Capacity * sizeof(float), 64);
        _memory.Add((nint)memory);
        return new Slot(memory);
    }

    private sealed class Slot(float* memory)
    {
        public float* Memory { get; } = memory;

        public CpuBlock Block { get; } = new();

        public bool IsLoaded { get; set; }
    }
}
