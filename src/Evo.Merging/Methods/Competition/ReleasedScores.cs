using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Selection;

namespace Evo.Merging.Methods.Competition;

/// <summary>
/// The scores of the authors' released code: aᵢ = |τᵢ| held between two of its own order statistics; cᵢ = exp(N · norm(aᵢ)²) ⊙ tanh(τᵢ ⊙ Σⱼ τⱼ); the score is
/// norm(max(cᵢ, the order statistic at 1 − r)), so that what lies below is exactly 0; the average is taken of sgn(τᵢ) aᵢ. A model whose scores are all equal has none.
/// </summary>
internal sealed class ReleasedScores : ICompetitionScores
{
    private readonly OrderStatistic[] _magnitudes;
    private readonly OrderStatistic[] _scores;
    private readonly bool[] _isEmpty;
    private readonly int _models;

    private ReleasedScores(ModelScope scope, OrderStatistic[] magnitudes)
    {
        _models = scope.ModelCount;
        _magnitudes = magnitudes;
        var order = new OrderStatistics(scope.Inputs, _models, (run, take) =>
        {
            for (var model = 0; model < _models; model++)
                run.TaskVector(model);
            Begin(run, _models);
            for (var model = 0; model < _models; model++)
            {
                Compete(run, model, run.Scratch(0));
                take(model, run.Scratch(0));
            }
        });
        var last = scope.ElementCount - 1;
        var dropped = Enumerable.Range(0, _models).Select(scope.Dropped).ToArray();
        _isEmpty = [.. dropped.Select(count => count > last)];
        _scores = order.At([.. dropped.SelectMany((count, model) => new[] { (model, count), (model, last) })]);
    }

    /// <param name="clip">Fraction of smallest and of largest magnitudes that are clipped.</param>
    /// <exception cref="NonFiniteMergeException">A task vector is not finite; its tensor is named.</exception>
    public static ReleasedScores Of(ModelScope scope, double clip)
    {
        var order = new OrderStatistics(scope.Inputs, scope.ModelCount, (run, take) =>
        {
            for (var model = 0; model < scope.ModelCount; model++)
            {
                run.TaskVector(model).Absolute();
                take(model, run.Model(model));
            }
        }, "magnitudes of all task vectors");
        var count = scope.ElementCount;
        return new ReleasedScores(scope, order.At(
            [.. Enumerable.Range(0, scope.ModelCount).SelectMany(model => new[] { (model, (long)(count * clip)), (model, (long)((count * (1 - clip)) - 1)) })]));
    }

    public void Begin(TensorRun run, int models)
    {
        var sum = run.Scratch(2);
        sum.CopyFrom(run.Model(0));
        for (var model = 1; model < models; model++)
            sum.Add(run.Model(model));
    }

    public void Score(TensorRun run, int model, string tensor, Block score)
    {
        var (low, high) = (_scores[2 * model].Value, _scores[(2 * model) + 1].Value);
        if (_isEmpty[model] || high <= low)
        {
            score.Clear();
            return;
        }

        Compete(run, model, score);
        score.Clamp(low, high);
        score.Shift(-low);
        score.Scale(1 / (high - low));
    }

    public Block Value(TensorRun run, int model)
    {
        var (value, negative) = (run.Scratch(4), run.Scratch(5));
        value.CopyFrom(run.Model(model));
        value.MarkPositive();
        negative.CopyFrom(run.Model(model));
        negative.Scale(-1);
        negative.MarkPositive();
        value.Subtract(negative); // the sign
        Magnitude(run, model, negative);
        value.Multiply(negative);
        return value;
    }

    /// <summary>c of one model. exp(N · norm² − N) in the place of exp(N · norm²): a factor that the min-max normalisation takes out.</summary>
    private void Compete(TensorRun run, int model, Block score)
    {
        var (low, high) = (_magnitudes[2 * model].Value, _magnitudes[(2 * model) + 1].Value);
        var agreement = run.Scratch(1);
        Magnitude(run, model, score);
        score.Shift(-low);
        score.Scale(high > low ? 1 / (high - low) : 0);
        score.Multiply(score);
        score.Shift(-1);
        score.Scale(_models);
        score.Exponential();
        agreement.CopyFrom(run.Model(model));
        agreement.Multiply(run.Scratch(2));
        agreement.HyperbolicTangent();
        score.Multiply(agreement);
    }

    private void Magnitude(TensorRun run, int model, Block magnitude)
    {
        magnitude.CopyFrom(run.Model(model));
        magnitude.Absolute();
        magnitude.Clamp(_magnitudes[2 * model].Value, _magnitudes[(2 * model) + 1].Value);
    }
}
