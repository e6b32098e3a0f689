using System.Collections.Immutable;

namespace Evo.Merging.Experts;

/// <summary>What a model makes of prompts: given by whoever can run models, because merging itself cannot.</summary>
public interface IPromptStates
{
    /// <summary>Token ids of a prompt, the token that begins a text first where the model's tokenizer has one.</summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The tokenizer is missing or cannot be run.</exception>
    ImmutableArray<int> Tokens(string prompt);

    /// <summary>The residual stream as it enters every layer, [layers][hidden], averaged over the prompts.</summary>
    /// <param name="average">Averaged over each prompt's tokens; else of its last token.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The architecture cannot be run.</exception>
    float[][] HiddenStates(IReadOnlyList<string> prompts, bool average);
}
