namespace Evo.Merging.Methods.Kernels;

/// <summary>Operations over several blocks of one length at once, in one pass over them.</summary>
public abstract partial class Block
{
    /// <summary>
    /// Adds ⟨bᵢ,bⱼ⟩ for i ≤ j, in float64, to the upper triangle of a Gram matrix, stored row by row: (0,0), (0,1), ..., (1,1), ... One of the blocks must be this one.
    /// </summary>
    public abstract void AddInnerProducts(ReadOnlySpan<Block> blocks, Span<double> products);

    /// <summary>The same of the blocks minus this one; afterwards the blocks hold either what they held or these differences.</summary>
    /// <param name="nearly">Whether float32 may do for part of the additions: to about 2⁻²³ of what the terms' magnitudes sum up to.</param>
    public virtual void AddInnerProductsOfDifferences(ReadOnlySpan<Block> blocks, Span<double> products, bool nearly)
    {
        foreach (var block in blocks)
            block.Subtract(this);
        blocks[0].AddInnerProducts(blocks, products);
    }

    /// <summary>this = the population variance of the blocks, element by element; exactly 0 where they are equal.</summary>
    public abstract void SetVariance(ReadOnlySpan<Block> blocks);
}
