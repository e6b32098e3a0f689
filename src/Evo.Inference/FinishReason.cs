namespace Evo.Inference;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>A stop string was produced (it is cut from the text).</summary>
    Stop,

    /// <summary>The model produced one of its end-of-text tokens.</summary>
    EndOfText,

    /// <summary>The token limit or the context's end came first: the text is truncated.</summary>
    Length,
}
