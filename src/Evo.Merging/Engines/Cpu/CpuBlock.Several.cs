using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Several blocks at once.</summary>
internal sealed unsafe partial class CpuBlock
{
    public override void AddInnerProducts(ReadOnlySpan<Block> blocks, Span<double> products)
    {
        var data = stackalloc byte*[blocks.Length];
        var isBFloat16 = stackalloc bool[blocks.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            var block = (CpuBlock)blocks[i];
            isBFloat16[i] = block._stored is not null;
            data[i] = isBFloat16[i] ? block._stored : (byte*)block.Pointer;
        }

        InnerProducts.Add(data, isBFloat16, blocks.Length, _length, products);
    }

    public override void AddInnerProductsOfDifferences(ReadOnlySpan<Block> blocks, Span<double> products, bool nearly)
    {
        var data = stackalloc byte*[blocks.Length];
        var areStored = _stored is not null;
        for (var i = 0; i < blocks.Length; i++)
            areStored &= (data[i] = ((CpuBlock)blocks[i])._stored) is not null;
        if (areStored && nearly && blocks.Length > 2)
            TaskVectorProducts.Add(data, _stored, blocks.Length, _length, products);
        else if (areStored)
            InnerProducts.AddOfDifferences(data, _stored, blocks.Length, _length, products);
        else
            base.AddInnerProductsOfDifferences(blocks, products, nearly);
    }

    public override void SetVariance(ReadOnlySpan<Block> blocks)
    {
        var data = stackalloc float*[blocks.Length];
        for (var i = 0; i < blocks.Length; i++)
            data[i] = ((CpuBlock)blocks[i]).Pointer;
        Variances.Set(data, blocks.Length, Values);
    }
}
