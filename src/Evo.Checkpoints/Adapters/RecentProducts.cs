namespace Evo.Checkpoints.Adapters;

/// <summary>
/// Products computed when they are first asked for, the most recent kept up to a number of bytes: tensors are merged one after the other and in many
/// pieces. Safe from many threads; one computes, the others that ask for the same wait.
/// </summary>
/// <param name="mostBytes">A single product may be larger; it is then the only one kept.</param>
public sealed class RecentProducts(long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(object Key, Lazy<LowRankProduct> Product)> _recent = [];

    /// <param name="key">Compared with <see cref="object.Equals(object)"/>.</param>
    public LowRankProduct Get(object key, Func<LowRankProduct> compute)
    {
        Lazy<LowRankProduct>? product = null;
        lock (_gate)
        {
            for (var node = _recent.First; node is not null && product is null; node = node.Next)
            {
                if (!node.Value.Key.Equals(key))
                    continue;
                product = node.Value.Product;
                _recent.Remove(node);
                _recent.AddFirst(node);
            }

            if (product is null)
                _recent.AddFirst((key, product = new Lazy<LowRankProduct>(compute)));
        }

        if (product.IsValueCreated)
            return product.Value;
        try
        {
            return product.Value;
        }
        finally
        {
            Trim();
        }
    }

    /// <summary>Keeps a product no longer; it is computed again when it is asked for again.</summary>
    public void Forget(object key)
    {
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (!node.Value.Key.Equals(key))
                    continue;
                _recent.Remove(node);
                return;
            }
        }
    }

    private void Trim()
    {
        lock (_gate)
        {
            var bytes = 0L;
            for (var node = _recent.First; node is not null;)
            {
                var next = node.Next;
                bytes += node.Value.Product.IsValueCreated ? Size(node.Value.Product.Value) : 0;
                if (bytes > mostBytes && node != _recent.First && node.Value.Product.IsValueCreated)
                    _recent.Remove(node);
                node = next;
            }
        }
    }

    private static long Size(LowRankProduct product) => (product.Left.LongLength + product.Right.LongLength) * sizeof(float);
}
