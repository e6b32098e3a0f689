using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.Spectral;

/// <summary>How OrthoMerge merges what rotations leave over: the mean, TIES, or task singular vectors, each times a scale.</summary>
internal readonly record struct ResidualMerge(string Rule, double Density)
{
    private const string Mean = "task_arithmetic";
    private const string Ties = "ties";
    private const string SingularVectors = "tsv_m";

    public static MethodParameter Kind { get; } = MethodParameter.OneOf(
        "residual", "how what rotations leave over is merged: mean, trimmed and elected by sign, or by task singular vectors", Mean, Ties, SingularVectors);

    public static MethodParameter Scale { get; } = new(
        "residual_scale", ParameterScope.Global, 1, 0, CommonParameters.LargestWeight, 0, 1, "factor on the merged residual; 1 on the mean of 5 is the authors' 0.2 on the sum");

    public static MethodParameter Kept { get; } = new(
        "residual_density", ParameterScope.Global, 0.2, 0, 1, 0.05, 1, "ties: fraction of each residual's elements that is kept; a new value means a new residual");

    public static ResidualMerge Of(TensorParameters parameters) =>
        new(parameters.Choice(Kind.Name), parameters.Choice(Kind.Name) == Ties ? parameters[Kept.Name] : 1);

    public string Key => Rule == Ties ? $"{Rule} {Density:R}" : Rule;

    /// <summary>The merged residual of a matrix, before its scale.</summary>
    public Matrix Of(TensorInputs inputs, IReadOnlyList<Matrix> residuals)
    {
        var algebra = inputs.Algebra;
        switch (Rule)
        {
            case Mean:
                return algebra.Sum([.. residuals.Select(residual => (1.0 / residuals.Count, residual))]);
            case Ties:
                return algebra.Create(residuals[0].Rows, residuals[0].Columns, Elected(algebra, residuals));
            default:
                var share = inputs.RankShare();
                var parts = residuals.Select(residual => algebra.Svd(residual, share, MatrixAlgebra.RankTolerance)).ToArray();
                return algebra.Product(
                    algebra.ScaleColumns(algebra.Polar(algebra.JoinColumns([.. parts.Select(part => part.Left)])), [.. parts.SelectMany(part => part.Values)]),
                    algebra.Polar(algebra.JoinRows([.. parts.Select(part => part.Right)])));
        }
    }

    /// <summary>The same for tensors that are not rotated, whose residuals are their task vectors.</summary>
    public ITensorKernel Bind(TensorInputs inputs, double scale)
    {
        if (Rule != Ties)
            return new SumKernel([.. Enumerable.Repeat(new TaskVectorShare(Sparsity.None, 1), inputs.ModelCount)], inputs.ModelCount, (float)scale);
        var kept = (long)(Density * inputs.ElementCount);
        return new SignElectionKernel(
            [.. Enumerable.Range(0, inputs.ModelCount).Select(model => new TaskVectorShare(new Sparsity(inputs.TaskVectorOrder(model).Largest(kept)), 1))],
            Normalize: true,
            SmallestDivisor: 0,
            (float)scale);
    }

    /// <summary>TIES on matrices: the ⌊density · n⌋ largest magnitudes, lower index first, elect the sign of their sum; those that agree are averaged.</summary>
    private double[] Elected(MatrixAlgebra algebra, IReadOnlyList<Matrix> residuals)
    {
        var trimmed = new double[residuals.Count][];
        for (var model = 0; model < trimmed.Length; model++)
            trimmed[model] = Trimmed(algebra.Read(residuals[model]).ToArray());
        var merged = new double[trimmed[0].Length];
        for (var index = 0; index < merged.Length; index++)
        {
            var sign = trimmed.Sum(values => values[index]) >= 0 ? 1 : -1;
            var voters = trimmed.Count(values => Math.Sign(values[index]) == sign);
            foreach (var values in trimmed)
                if (Math.Sign(values[index]) == sign)
                    merged[index] += values[index] / voters;
        }

        return merged;
    }

    private double[] Trimmed(double[] values)
    {
        var kept = (int)(Density * values.Length);
        var order = Enumerable.Range(0, values.Length).ToArray();
        var keys = Array.ConvertAll(values, value => -Math.Abs(value));
        Array.Sort(keys, order); // not stable: equal magnitudes at the cut are put in the order of their index below
        if (kept < values.Length && kept > 0 && keys[kept] == keys[kept - 1])
        {
            var bound = keys[kept - 1];
            var (first, last) = (Array.FindIndex(keys, key => key == bound), Array.FindLastIndex(keys, key => key == bound));
            Array.Sort(order, first, last - first + 1);
        }

        foreach (var index in order.AsSpan(kept))
            values[index] = 0;
        return values;
    }
}
