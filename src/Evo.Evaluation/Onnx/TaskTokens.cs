using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Evaluation.Tasks;
using Evo.Inference;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Onnx;

/// <summary>One task's items in a model's token ids, each built at its first use and kept: every candidate of a search gets the same ones.</summary>
internal sealed class TaskTokens(TaskDefinition task, ITokenizer tokenizer, int contextLength)
{
    private readonly ItemRenderer _renderer = new(task);
    private readonly ConcurrentDictionary<string, TokenizedItem> _items = new(StringComparer.Ordinal);
    private readonly ContextWindow _window = new(contextLength);

    internal TokenizedItem this[TaskItem item] => _items.GetOrAdd(item.Id, _ => Tokenize(item));

    private TokenizedItem Tokenize(TaskItem item)
    {
        var rendered = _renderer.Render(item);
        return rendered switch
        {
            RenderedItem.Open open => Open(open),
            RenderedItem.Choice choice => Rated(choice, choice.Prompt, choice.Choices),
            RenderedItem.Given given => Rated(given, given.Prompt, [given.Text]),
            _ => throw new InvalidOperationException($"unknown item {rendered.GetType().Name}"),
        };
    }

    private TokenizedItem Open(RenderedItem.Open open)
    {
        var tokens = TokenPair.WithBegin(tokenizer, tokenizer.Encode(open.Prompt).AsSpan());
        var prompt = _window.Prompt(tokens, task.MaxTokens, tokenizer, out var cut);
        return new TokenizedItem(open, new GenerateRequest(prompt, task.MaxTokens, task.Stop), [], cut);
    }

    private TokenizedItem Rated(RenderedItem rendered, string prompt, ImmutableArray<string> texts)
    {
        var anyCut = false;
        var requests = ImmutableArray.CreateBuilder<ImmutableArray<ScoreRequest>>(texts.Length);
        foreach (var text in texts)
        {
            requests.Add(_window.Score(TokenPair.Encode(tokenizer, prompt, text), tokenizer, out var cut));
            anyCut |= cut;
        }

        return new TokenizedItem(rendered, null, requests.MoveToImmutable(), anyCut);
    }
}
