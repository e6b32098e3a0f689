using System.Collections.Immutable;

namespace Evo.Evaluation.Tasks;

/// <summary>An item with its templates filled in: what is put to a model, and what is right. It knows no tokenizer and no backend.</summary>
internal abstract record RenderedItem
{
    private RenderedItem()
    {
    }

    /// <summary>A prompt to continue, and the answers that count as right (none when the task names none).</summary>
    internal sealed record Open(string Prompt, ImmutableArray<string> Answers) : RenderedItem;

    /// <summary>A prompt, at least two continuations to rate after it, and the index of the right one.</summary>
    internal sealed record Choice(string Prompt, ImmutableArray<string> Choices, int Right) : RenderedItem;

    /// <summary>A text to rate after a prompt; the prompt of a perplexity item is empty.</summary>
    internal sealed record Given(string Prompt, string Text) : RenderedItem;
}
