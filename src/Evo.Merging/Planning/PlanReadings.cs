using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Merging.Methods;

namespace Evo.Merging.Planning;

/// <summary>What tensors that depend on their whole plan read of it, as identities, each computed once.</summary>
internal sealed class PlanReadings(ImmutableArray<PlannedTensor> tensors)
{
    private readonly Lazy<string> _all = new(() => PlanIdentity.Of(tensors.Select(tensor => tensor.OwnId)));
    private readonly ConcurrentDictionary<(IMergeMethod Method, string Names), Lazy<string>> _readings = new();

    /// <summary>Everything of every tensor.</summary>
    public string All => _all.Value;

    /// <summary>Of the tensors that one method merges, what they are merged from and the named parameters; everything where no names are given.</summary>
    public string Of(IMergeMethod method, ImmutableArray<string>? parameters) => parameters is not { } names
        ? All
        : _readings.GetOrAdd((method, string.Join(' ', names)), _ => new(() => PlanIdentity.Of(
            tensors.Where(tensor => tensor.Method == method).Select(tensor => PlanIdentity.Of(tensor, names))))).Value;
}
