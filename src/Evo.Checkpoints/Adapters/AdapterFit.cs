using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>Finds the base's tensor for everything that an adapter changes, and refuses what does not fit.</summary>
internal sealed class AdapterFit
{
    /// <summary>Model types whose linear modules of these names store their weights [in, out].</summary>
    private static readonly HashSet<string> FanInFanOutTypes = new(StringComparer.Ordinal) { "gpt2", "openai-gpt", "imagegpt", "decision_transformer" };

    private static readonly string[] FanInFanOutModules = ["c_attn", "c_proj", "c_fc", "q_attn"];
    private static readonly string[] OuterModules = ["model.", "transformer."];

    private readonly ModelFolder _base;
    private readonly AdapterFolder _adapter;
    private readonly Dictionary<string, TensorChange> _changes = new(StringComparer.Ordinal);

    private AdapterFit(ModelFolder @base, AdapterFolder adapter)
    {
        _base = @base;
        _adapter = adapter;
    }

    public static Dictionary<string, AdaptedTensorData> Of(ModelFolder @base, AdapterFolder adapter)
    {
        var fit = new AdapterFit(@base, adapter);
        foreach (var saved in adapter.Saved)
            fit.AddSaved(saved);
        foreach (var update in adapter.Updates)
            fit.AddUpdate(update);
        fit.RequireTied();
        var factors = new AdapterFactors(adapter);
        return fit._changes.ToDictionary(
            change => change.Key, change => new AdaptedTensorData(@base, @base.Find(change.Key)!, adapter, factors, change.Value), StringComparer.Ordinal);
    }

    private void AddSaved(SavedTensor saved)
    {
        if (IsTiedHead(saved.Name))
        {
            RequireSavedAlike(saved);
            return;
        }

        var target = Find(saved.Name, saved.Stored, "saves");
        RequireFloatingPoint(target);
        if (!target.Shape.SequenceEqual(saved.Stored.Shape))
            throw Refusal(saved.Stored, $"is {saved.Stored.ShapeText}, but {Quoted.Name(target.Name)} of '{_base.Path}' is {target.ShapeText}"
                + (TensorPlaces.Of(target.Name).Component is Component.Embedding or Component.Head
                    ? ": the vocabulary was resized before training; resize the base's in the same way and name that folder"
                    : OtherBase));
        Change(target, change => change with { Replacement = saved });
    }

    private void AddUpdate(LowRankUpdate update)
    {
        var name = update.Module + ".weight";
        if (IsTiedHead(name))
            throw Refusal(update.A, $"changes the head, which in '{_base.Path}' is the embedding itself (tie_word_embeddings): "
                + "the two would differ; untie the base (store lm_head.weight, set tie_word_embeddings to false) and name that folder");
        var target = Find(name, update.A, "changes");
        RequireFloatingPoint(target);
        Change(target, change => change with { Update = update, IsTransposed = IsTransposed(update, target) });
        if (update.Bias is null)
            return;
        var bias = Find(update.Module + ".bias", update.Bias, "adds to");
        RequireFloatingPoint(bias);
        if (bias.ElementCount != update.Outputs)
            throw Refusal(update.Bias, $"has {update.Outputs} elements, but {Quoted.Name(bias.Name)} of '{_base.Path}' {bias.ElementCount}{OtherBase}");
        Change(bias, change => change with { BiasOf = update });
    }

    private bool IsTransposed(LowRankUpdate update, TensorInfo target)
    {
        var straight = target.Shape.Length == 2 && target.Shape[0] == update.Outputs && target.Shape[1] == update.Inputs;
        var across = target.Shape.Length == 2 && target.Shape[0] == update.Inputs && target.Shape[1] == update.Outputs;
        if (update.IsEmbedding ? !across : !straight && !across)
            throw Refusal(update.A, $"and its B update a weight of {update.Outputs} outputs and {update.Inputs} inputs, but {Quoted.Name(target.Name)} of "
                + $"'{_base.Path}' is {target.ShapeText}{OtherBase}");
        if (update.IsEmbedding || straight != across)
            return across;
        var module = update.Module[(update.Module.LastIndexOf('.') + 1)..];
        return FanInFanOutTypes.Contains(_base.Config.ModelType) ? FanInFanOutModules.Contains(module) : _adapter.Config.IsFanInFanOut;
    }

    /// <summary>The base's tensor of that name; checkpoints may leave out the outermost module, or have one that the adapter leaves out.</summary>
    private TensorInfo Find(string name, TensorInfo stored, string does)
    {
        if (_base.Find(name) is { } exact)
            return exact;
        foreach (var outer in OuterModules)
            if (name.StartsWith(outer, StringComparison.Ordinal) && _base.Find(name[outer.Length..]) is { } shorter)
                return shorter;
            else if (_base.Find(outer + name) is { } longer)
                return longer;
        throw Refusal(stored, $"{does} {Quoted.Name(name)}, which '{_base.Path}' does not have{OtherBase}");
    }

    private void Change(TensorInfo target, Func<TensorChange, TensorChange> change) =>
        _changes[target.Name] = change(_changes.GetValueOrDefault(target.Name) ?? new TensorChange());

    private void RequireFloatingPoint(TensorInfo target)
    {
        if (!target.Type.IsFloatingPoint())
            throw new CheckpointException(_base.Path, $"{Quoted.Name(target.Name)} holds {target.Type}: a quantised base cannot take an adapter; "
                + "name the base in bfloat16 or float16 that it was made from");
    }

    private bool IsTiedHead(string name) =>
        _base.Config.TieWordEmbeddings && _base.Find(name) is null && TensorPlaces.Of(name) is { Layer: null, Component: Component.Head, Part: "lm_head" };

    /// <summary>A tied base takes a saved head only when it is the saved embedding, byte for byte.</summary>
    private void RequireSavedAlike(SavedTensor head)
    {
        var embedding = _adapter.Saved.FirstOrDefault(saved => TensorPlaces.Of(saved.Name) is { Component: Component.Embedding, Part: "embed_tokens" });
        if (embedding is null || embedding.Stored.Type != head.Stored.Type || !embedding.Stored.Shape.SequenceEqual(head.Stored.Shape)
            || !SameBytes(embedding.Stored, head.Stored))
            throw Refusal(head.Stored, $"replaces the head, which in '{_base.Path}' is the embedding itself (tie_word_embeddings), by another matrix; "
                + "untie the base (store lm_head.weight, set tie_word_embeddings to false) and name that folder");
    }

    private bool SameBytes(TensorInfo left, TensorInfo right)
    {
        const int Piece = 1 << 24;
        for (long offset = 0; offset < left.ByteLength; offset += Piece)
        {
            var count = (int)Math.Min(Piece, left.ByteLength - offset);
            if (!_adapter.Bytes(left, offset, count).SequenceEqual(_adapter.Bytes(right, offset, count)))
                return false;
        }

        return true;
    }

    /// <summary>In training, a change of a tied embedding left the head as it was, unless the adapter says that it ties them.</summary>
    private void RequireTied()
    {
        if (!_base.Config.TieWordEmbeddings || _adapter.Config.TiesEmbeddings || _adapter.Saved.Any(saved => IsTiedHead(saved.Name)))
            return;
        foreach (var (name, change) in _changes)
            if (TensorPlaces.Of(name) is { Component: Component.Embedding, Part: "embed_tokens" } && (change.Update?.A ?? change.Replacement?.Stored) is { } stored)
                throw Refusal(stored, $"changes the embedding, and not the head, which in '{_base.Path}' is the same matrix (tie_word_embeddings); "
                    + "untie the base (store lm_head.weight, set tie_word_embeddings to false) and name that folder, "
                    + "or set 'ensure_weight_tying' to true in adapter_config.json to change both");
    }

    private string OtherBase =>
        $": the adapter was made for another base{(_adapter.Config.BaseModel is { Length: > 0 } name ? $" ({Quoted.Name(name)} by its {AdapterConfig.FileName})" : "")}; "
        + "name it after the base that it was trained on";

    private CheckpointException Refusal(TensorInfo tensor, string problem) => new(_adapter.WeightFile, $"tensor {Quoted.Name(tensor.Name)} {problem}");
}
