using System.Collections;
using Evo.Merging.Planning;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A source that notes which of its elements were read.</summary>
internal sealed record CountingTensor(TensorSource Inner) : TensorSource(Inner.Model, Inner.Tensor)
{
    private readonly BitArray _read = new((int)Inner.Tensor.ElementCount);

    /// <summary>Bytes of the distinct elements that were read.</summary>
    public long BytesRead => _read.Cast<bool>().LongCount(read => read) * (Tensor.ByteLength / Tensor.ElementCount);

    public override string ContentId => Inner.ContentId;

    public override long BytesToRead => Inner.BytesToRead;

    public override IEnumerable<string> Folders => Inner.Folders;

    /// <summary>The plan with all its sources counted.</summary>
    public static (MergePlan Plan, CountingTensor[] Sources) In(MergePlan plan)
    {
        var sources = new List<CountingTensor>();
        var tensors = plan.Tensors.Select(tensor => tensor.With([.. tensor.Models.Select(Counted)], tensor.Base is null ? null : Counted(tensor.Base))).ToArray();
        return (plan.With([.. tensors]), [.. sources]);

        TensorSource Counted(TensorSource source)
        {
            sources.Add(new CountingTensor(source));
            return sources[^1];
        }
    }

    public override void ReadFloats(long first, Span<float> destination)
    {
        Inner.ReadFloats(first, destination);
        lock (_read)
        {
            for (var i = 0; i < destination.Length; i++)
                _read[(int)first + i] = true;
        }
    }
}
