using System.Collections.Immutable;
using Evo.Evaluation.Tasks;
using Evo.Inference;

namespace Evo.Evaluation.Onnx;

/// <summary>
/// An item in token ids, ready to be put to the model: built once, used for every candidate. An open item has one <see cref="Prompt"/>; a rated one
/// has for each of its texts the requests (windows) that cover it.
/// </summary>
/// <param name="Cut">Something had to be left out of the context to fit the model's window.</param>
internal sealed record TokenizedItem(
    RenderedItem Rendered, GenerateRequest? Prompt, ImmutableArray<ImmutableArray<ScoreRequest>> Texts, bool Cut);
