namespace Evo.Checkpoints.Architectures;

/// <summary>The kinds of parts that language models are made of.</summary>
public enum Component
{
    Embedding,
    Attention,
    Mlp,
    Norm,
    Head,
    Router,
    Other,
}
