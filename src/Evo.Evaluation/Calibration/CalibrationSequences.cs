using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Inference.Tokenizers;
using Evo.Merging.Recipes;

namespace Evo.Evaluation.Calibration;

/// <summary>Texts as a model reads them: token sequences within the limits of the recipe.</summary>
internal static class CalibrationSequences
{
    private const int Shortest = 2; // one token predicts nothing

    /// <summary>
    /// Texts in their order, each with the token that the model's tokenizer puts before a text, cut into windows of <c>sequence_length</c>; as many as <c>samples</c>
    /// and <c>tokens</c> allow. Windows of one token are left out.
    /// </summary>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The tokenizer is not the model's.</exception>
    public static ImmutableArray<ReadOnlyMemory<int>> Of(IEnumerable<string> texts, ITokenizer tokenizer, CalibrationRecipe limits, ModelConfig model, int contextLength)
    {
        var length = Math.Min(limits.SequenceLength, contextLength);
        var sequences = ImmutableArray.CreateBuilder<ReadOnlyMemory<int>>();
        var left = limits.Tokens;
        foreach (var text in texts)
        {
            var tokens = TextTokens.Of(text, tokenizer, model);
            for (var start = 0; start < tokens.Length; start += length)
            {
                if (sequences.Count == limits.Samples || left < Shortest)
                    return sequences.ToImmutable();
                var window = tokens.AsMemory(start, Math.Min(Math.Min(length, left), tokens.Length - start));
                if (window.Length < Shortest)
                    continue;
                sequences.Add(window);
                left -= window.Length;
            }
        }

        return sequences.ToImmutable();
    }
}
