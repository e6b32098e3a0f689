using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Selection;

namespace Evo.Merging.Methods.Competition;

/// <summary>
/// The paper's scores: intraᵢ = softmax(N · norm(τᵢ ⊙ τᵢ)), interᵢ = Σⱼ softmax(norm(τᵢ ⊙ τⱼ)), βᵢ = intraᵢ ⊙ interᵢ, of which the largest r stay; norm is min-max,
/// the softmaxes run over all elements of the scope. Both softmaxes are multiplied by the number of elements, which cancels in the average and keeps float32 in its range.
/// </summary>
internal sealed class PaperScores : ICompetitionScores
{
    private readonly ProductRanges _ranges;
    private readonly float[] _intra;
    private readonly float[] _inter;
    private readonly Dictionary<string, int> _positions;
    private readonly MagnitudeCut[][] _cuts;

    private PaperScores(ModelScope scope, ProductRanges ranges, float[] intra, float[] inter)
    {
        (_ranges, _intra, _inter) = (ranges, intra, inter);
        _positions = scope.Inputs.Select((tensor, position) => (tensor.Name, position)).ToDictionary(pair => pair.Name, pair => pair.position, StringComparer.Ordinal);
        var models = scope.ModelCount;
        var order = new OrderStatistics(scope.Inputs, models, (run, take) =>
        {
            for (var model = 0; model < models; model++)
                run.TaskVector(model);
            for (var model = 0; model < models; model++)
            {
                Balance(run, model, run.Scratch(0));
                take(model, run.Scratch(0));
            }
        });
        _cuts = order.Largest([.. Enumerable.Range(0, models).Select(scope.Kept)]);
    }

    /// <exception cref="NonFiniteMergeException">A task vector is not finite; its tensor is named.</exception>
    public static PaperScores Of(ModelScope scope)
    {
        var (models, pairs) = (scope.ModelCount, ProductRanges.PairCount(scope.ModelCount));
        var ranges = ProductRanges.Of(scope.Inputs);
        var sums = new double[models + pairs];
        foreach (var tensor in scope.Inputs)
        {
            var ofTensor = tensor.Remember($"pcb: sums of exponentials, {ranges.Identity}", () => Sums(tensor, ranges));
            for (var sum = 0; sum < sums.Length; sum++)
                sums[sum] += ofTensor[sum];
        }

        return new PaperScores(
            scope, ranges, [.. sums[..models].Select(sum => (float)(scope.ElementCount / sum))], [.. sums[models..].Select(sum => (float)(scope.ElementCount / sum))]);
    }

    public void Begin(TensorRun run, int models)
    {
    }

    public void Score(TensorRun run, int model, string tensor, Block score)
    {
        Balance(run, model, score);
        score.KeepLargest(_cuts[model][_positions[tensor]]);
    }

    public Block Value(TensorRun run, int model) => run.Model(model);

    /// <summary>β of one model before the cut.</summary>
    private void Balance(TensorRun run, int model, Block score)
    {
        var term = run.Scratch(1);
        score.Clear();
        for (var other = 0; other < _intra.Length; other++)
        {
            Exponential(run, _ranges, model, other, 1, term);
            score.AddScaled(term, _inter[_ranges.Pair(model, other)]);
        }

        Exponential(run, _ranges, model, model, _intra.Length, term);
        term.Scale(_intra[model]);
        score.Multiply(term);
    }

    /// <summary>exp(factor · (norm(τᵢ ⊙ τⱼ) − 1)): at most 1.</summary>
    private static void Exponential(TensorRun run, ProductRanges ranges, int model, int other, int factor, Block result)
    {
        result.CopyFrom(run.Model(model));
        result.Multiply(run.Model(other));
        result.Shift(-ranges.High(model, other));
        result.Scale(factor * ranges.InverseWidth(model, other));
        result.Exponential();
    }

    private static double[] Sums(TensorInputs tensor, ProductRanges ranges)
    {
        var models = tensor.ModelCount;
        return tensor.Sum(models + ProductRanges.PairCount(models), (run, sums) =>
        {
            var term = run.Scratch(0);
            for (var model = 0; model < models; model++)
                run.TaskVector(model);
            for (var model = 0; model < models; model++)
            {
                Exponential(run, ranges, model, model, models, term);
                sums[model] += term.SumOfMagnitudes();
                for (var other = model; other < models; other++)
                {
                    Exponential(run, ranges, model, other, 1, term);
                    sums[models + ranges.Pair(model, other)] += term.SumOfMagnitudes();
                }
            }
        });
    }
}
