using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Disentanglement;

/// <summary>θ = θ₀ + Σ τᵢ ⊙ Sᵢ with one score a column, broadcast over the rows.</summary>
internal sealed record ColumnScoreKernel(float[][] Scores, bool AreRows, int RowLength) : ITensorKernel
{
    public static ColumnScoreKernel Of(ColumnRanks ranks, double[] ratios, float[] calibrations)
    {
        var (magnitude, direction) = (Scored(ranks.Magnitude, ratios, calibrations), Scored(ranks.Direction, ratios, calibrations));
        var scores = magnitude.Zip(direction, (ofMagnitude, ofDirection) =>
            ofMagnitude.Zip(ofDirection, (x, y) => (float)((x + y) / 2)).ToArray()).ToArray();
        return new ColumnScoreKernel(scores, ranks.AreRows, ranks.RowLength);
    }

    public void Apply(TensorRun run)
    {
        run.Output.CopyFrom(run.Base);
        for (var model = 0; model < Scores.Length; model++)
        {
            var vector = run.TaskVector(model);
            if (AreRows)
                vector.ScaleRows(Scores[model], RowLength);
            else
                vector.ScaleColumns(Scores[model]);
            run.Output.Add(vector);
        }
    }

    /// <summary>Softmax over the models of rank / columns; the calibration where the rank is above ratio · the mean rank.</summary>
    private static double[][] Scored(int[][] ranks, double[] ratios, float[] calibrations)
    {
        var columns = ranks[0].Length;
        var scores = ranks.Select(_ => new double[columns]).ToArray();
        for (var column = 0; column < columns; column++)
        {
            var sum = 0.0;
            for (var model = 0; model < ranks.Length; model++)
                sum += scores[model][column] = Math.Exp((double)ranks[model][column] / columns);
            for (var model = 0; model < ranks.Length; model++)
                scores[model][column] = ranks[model][column] > ratios[model] * (columns - 1) / 2 ? calibrations[model] : scores[model][column] / sum;
        }

        return scores;
    }
}
