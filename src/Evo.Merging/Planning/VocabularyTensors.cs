using System.Collections.Immutable;
using System.Globalization;
using Evo.Merging.Planning.Vocabularies;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// Embeddings and heads of models whose vocabularies differ. With a tokenizer section their rows are put in the order of its vocabulary. Without one the
/// result has the donor's tokenizer, and rows that not all models have are cropped, as long as no token of the donor's loses its row.
/// </summary>
internal sealed class VocabularyTensors
{
    private readonly MergeRecipe _recipe;
    private readonly ParentModels _parents;
    private readonly VocabularyRows? _rows;

    public VocabularyTensors(MergeRecipe recipe, ParentModels parents, ParentIndex donor, ImmutableArray<ParentIndex> models, PlanNotes notes)
    {
        (_recipe, _parents) = (recipe, parents);
        if (recipe.OutputTokenizer is { } tokenizer)
        {
            _rows = parents.Vocabulary(recipe, tokenizer);
            RowCount = _rows.Vocabulary.RowCount;
            foreach (var note in _rows.Vocabulary.Notes)
                notes.Add(note);
        }
        else if (donor.Embedding is { } embedding)
        {
            RowCount = models.Where(model => model.Embedding is not null).Select(model => model.Embedding!.Info.Shape[0]).DefaultIfEmpty(embedding.Info.Shape[0]).Min();
            foreach (var model in models.Where(model => model != donor))
                RequireFit(donor, model, notes);
            RequireRows(donor, models, embedding, notes);
        }
        else
        {
            foreach (var model in models.Where(model => model != donor))
                RequireFit(donor, model, notes);
        }

        IsChanged = _rows is not null || models.Append(donor).Any(model => model.Embedding is { } own && own.Info.Shape[0] != RowCount);
    }

    /// <summary>Rows of the result's embedding and head; null when no tensor looks like an embedding.</summary>
    public long? RowCount { get; }

    /// <summary>False when every model's rows are the result's as they stand.</summary>
    public bool IsChanged { get; }

    /// <summary>Null without a tokenizer section.</summary>
    public OutputVocabulary? Vocabulary => _rows?.Vocabulary;

    public ImmutableArray<TensorSource> Map(
        OutputSlice slice, IndexedTensor sample, string name, (OutputSource Source, IndexedTensor Tensor)[] all)
    {
        var own = all.Select(pair => (pair.Source.Parent, Source: pair.Source.Parent.Source(pair.Tensor.Info))).ToArray();
        var width = own[0].Source.Tensor.Shape.Skip(1).ToArray();
        foreach (var (parent, source) in own)
            if (!source.Tensor.Shape.Skip(1).SequenceEqual(width))
                throw _recipe.Refuse(slice.Place, $"tensor '{name}' is {own[0].Source.Tensor.ShapeText} in '{own[0].Parent.Name}' and {source.Tensor.ShapeText} in "
                    + $"'{parent.Name}'; merge models of one size");
        if (_rows is null)
            return [.. own.Select(pair => CroppedTensor.Of(pair.Source, Math.Min(RowCount!.Value, pair.Source.Tensor.Shape[0])))];
        foreach (var (parent, source) in own)
            if (source.Tensor.Shape[0] < parent.VocabularySize)
                throw _recipe.Refuse(slice.Place, $"tensor '{source.Tensor.Name}' of '{parent.Name}' has {source.Tensor.Shape[0]} rows for {parent.VocabularySize} tokens");
        return _rows.Map(name, own, Lenders(sample), slice.BaseModel);
    }

    /// <summary>The base, and the models that rules take rows from, with their tensors of this kind.</summary>
    private IEnumerable<(ParentIndex Parent, TensorSource Source)> Lenders(IndexedTensor sample)
    {
        var names = Vocabulary!.Rules.Values
            .Select(rule => rule.Origin switch { TokenOrigin.OfModel own => own.Model, TokenOrigin.OfToken other => other.Model, _ => null })
            .Prepend(_recipe.BaseModel).OfType<string>().Distinct(StringComparer.Ordinal);
        foreach (var parent in names.Select(_parents.Index))
            if ((parent.Main.FindOutside(sample.Pattern) ?? MissingTensors.StandIn(parent, sample)) is { } tensor)
                yield return (parent, parent.Source(tensor.Info));
            else if (Vocabulary.Rules.Count > 0 && parent.Name != _recipe.BaseModel)
                throw _recipe.Refuse(_recipe.OutputTokenizer!.Place, $"'{parent.Name}' has no tensor '{sample.Info.Name}' to take rows of tokens from");
    }

    private void RequireFit(ParentIndex donor, ParentIndex model, PlanNotes notes)
    {
        var fit = _parents.Fit(donor.Name, model.Name, RowCount ?? long.MaxValue);
        if (fit.Conflict is not null)
            throw _recipe.Refuse(_recipe.Place, $"the tokenizers of '{donor.Name}' and '{model.Name}' number their tokens differently ({fit.Conflict}), so rows of "
                + "their embeddings do not correspond; add 'tokenizer_source: base' (or union)");
        if (fit.Renamed is not null)
            notes.Add($"the tokenizers of '{donor.Name}' and '{model.Name}' have different added tokens under one number ({fit.Renamed}): their rows are merged "
                + "as if they were the same; 'tokenizer_source: union' keeps them apart");
    }

    private void RequireRows(ParentIndex donor, ImmutableArray<ParentIndex> models, IndexedTensor embedding, PlanNotes notes)
    {
        if (models.FirstOrDefault(model => model.Embedding is { } own && own.Info.Shape[0] != embedding.Info.Shape[0]) is not { } other)
            return;
        var sizes = string.Create(CultureInfo.InvariantCulture,
            $"the vocabulary of '{donor.Name}' has {embedding.Info.Shape[0]} rows and that of '{other.Name}' {other.Embedding!.Info.Shape[0]}");
        if (donor.Tokenizer.Value is not { } tokenizer)
            throw _recipe.Refuse(_recipe.Place, $"{sizes}, and '{donor.Name}' has no tokenizer.json to tell which rows are used; add it, and 'tokenizer_source: base'");
        var lost = tokenizer.Ids.Where(token => token.Value >= RowCount && token.Value < donor.VocabularySize).OrderBy(token => token.Value).ToArray();
        if (lost.Length > 0)
            throw _recipe.Refuse(_recipe.Place, string.Create(CultureInfo.InvariantCulture,
                $"{sizes}: the token '{lost[0].Key}' ({lost[0].Value}) of '{donor.Name}' would lose its row; add 'tokenizer_source: base' (or union), which gives the models that "
                + $"lack a token the base's row"));
        notes.Add($"{sizes}: the result has the first {RowCount} rows, which all models have");
    }
}
