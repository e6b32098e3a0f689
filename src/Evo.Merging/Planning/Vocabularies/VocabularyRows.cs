using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>
/// Lays the rows of embeddings and heads out in the order of an output vocabulary. A token that a model has keeps the model's row, unless a rule forces
/// another. A token that it lacks takes the row that a rule names; else that of the only model which has it; else the base's; else the mean of those that
/// have it; zeros when none has. Rows past the tokens are the mean of all others.
/// </summary>
internal sealed class VocabularyRows(OutputVocabulary vocabulary)
{
    private readonly ConcurrentDictionary<string, ImmutableArray<TensorSource>> _known = new(StringComparer.Ordinal);

    public OutputVocabulary Vocabulary => vocabulary;

    /// <param name="own">The models of the tensor, with their tensors.</param>
    /// <param name="lenders">Further models that rows may come from: the base, and those that rules name.</param>
    /// <param name="baseName">The base, or null.</param>
    /// <returns>For each of <paramref name="own"/>, its tensor in the new order.</returns>
    public ImmutableArray<TensorSource> Map(
        string outputName, IReadOnlyList<(ParentIndex Parent, TensorSource Source)> own, IEnumerable<(ParentIndex Parent, TensorSource Source)> lenders, string? baseName)
    {
        var all = own.Concat(lenders).DistinctBy(model => model.Parent.Name).ToArray();
        var key = string.Join('\n', all.Select(model => $"{model.Parent.Name}\t{model.Source.Tensor.Name}").Append(baseName).Append(outputName));
        return _known.GetOrAdd(key, _ => Map(all, own.Count, all.Length > own.Count ? own.Select(model => model.Parent.Name).ToHashSet() : null, baseName));
    }

    private ImmutableArray<TensorSource> Map((ParentIndex Parent, TensorSource Source)[] all, int owned, HashSet<string>? merged, string? baseName)
    {
        var means = ImmutableArray.CreateBuilder<ImmutableArray<RowOrigin>>();
        // Lenders that only rules name do not count as having a token, as they are not merged here.
        var counted = all.Select(model => merged is null || merged.Contains(model.Parent.Name) || model.Parent.Name == baseName).ToArray();
        var donors = new RowOrigin[vocabulary.Tokens.Length];
        for (var row = 0; row < donors.Length; row++)
            donors[row] = Donor(row, all, owned, counted, baseName, means);
        var inputs = all.Select(model => model.Source).ToImmutableArray();
        var shared = means.ToImmutable();
        return [.. Enumerable.Range(0, owned).Select(model => Mapped(inputs, model, new RowMap(RowsOf(all[model].Parent, model, donors), shared)))];
    }

    private RowOrigin Donor(
        int row, (ParentIndex Parent, TensorSource Source)[] all, int owned, bool[] counted, string? baseName,
        ImmutableArray<ImmutableArray<RowOrigin>>.Builder means)
    {
        if (vocabulary.Tokens[row] is not { } token)
            return RowOrigin.OfPadding;
        if (vocabulary.Rules.TryGetValue(token, out var rule) && rule.Origin is { } origin)
            return OfRule(origin, row, all);
        var present = Enumerable.Range(0, all.Length).Where(model => counted[model]).Select(model => new RowOrigin(model, vocabulary.RowsOf[all[model].Parent.Name][row]))
            .Where(candidate => candidate.Row >= 0).ToImmutableArray();
        if (present.Length <= 1)
            return present.Length == 1 ? present[0] : RowOrigin.OfZero;
        if (present.FirstOrDefault(candidate => all[candidate.Source].Parent.Name == baseName, RowOrigin.OfZero) is { IsStored: true } ofBase)
            return ofBase;
        if (present.Count(candidate => candidate.Source < owned) == owned)
            return present[0]; // none lacks it, so none asks
        means.Add(present);
        return new RowOrigin(RowOrigin.Mean, means.Count - 1);
    }

    private RowOrigin OfRule(TokenOrigin origin, int row, (ParentIndex Parent, TensorSource Source)[] all)
    {
        var name = origin switch { TokenOrigin.OfModel own => own.Model, TokenOrigin.OfToken other => other.Model, _ => null };
        if (name is null)
            return RowOrigin.OfZero;
        var source = Array.FindIndex(all, model => model.Parent.Name == name);
        return new RowOrigin(source, origin switch
        {
            TokenOrigin.OfToken { Id: { } id } => id,
            TokenOrigin.OfToken { Token: { } text } => (all[source].Parent.Tokenizer.Value ?? vocabulary.File).Ids[text],
            _ => vocabulary.RowsOf[name][row],
        });
    }

    private ImmutableArray<RowOrigin> RowsOf(ParentIndex model, int source, RowOrigin[] donors)
    {
        var own = vocabulary.RowsOf[model.Name];
        var rows = ImmutableArray.CreateBuilder<RowOrigin>(vocabulary.RowCount);
        for (var row = 0; row < vocabulary.RowCount; row++)
            rows.Add(row >= donors.Length ? RowOrigin.OfPadding
                : own[row] >= 0 && !IsForced(row) ? new RowOrigin(source, own[row])
                : donors[row]);
        return rows.MoveToImmutable();
    }

    private bool IsForced(int row) => vocabulary.Rules.Count > 0 && vocabulary.Rules.TryGetValue(vocabulary.Tokens[row]!, out var rule) && rule.Force;

    private static TensorSource Mapped(ImmutableArray<TensorSource> inputs, int own, RowMap map)
    {
        var stored = inputs[own];
        return map.IsBeginningOf(own)
            ? CroppedTensor.Of(stored, map.Rows.Length)
            : new RowMappedTensor(stored.Model, stored.Tensor with { Shape = stored.Tensor.Shape.SetItem(0, map.Rows.Length) }, inputs, map);
    }
}
