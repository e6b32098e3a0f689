using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// Of one other model, the elements that matter most: an element's score is its difference from the base times the divergence of its row's softmax from the base's, and what reaches
/// median + kappa · interquartile range is taken over. Quartiles are exact and divergences in float64, where mergekit samples tensors of more than a
/// million elements.
/// </summary>
internal sealed class ArceeFusion : IMergeMethod
{
    public string Name => "arcee_fusion";

    public string Description => "base_model with those elements of one other model whose importance is an outlier (Arcee Fusion)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("kappa", ParameterScope.Global, 1.5, 0, CommonParameters.LargestWeight, 0, 4, "how many interquartile ranges above the median an importance must reach"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: 1, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs) => Quartiles(inputs);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var quartiles = Quartiles(inputs);
        var threshold = quartiles[1] + ((float)parameters["kappa"] * (quartiles[2] - quartiles[0]));
        return new Kernel(Divergences(inputs), new MagnitudeCut(threshold, long.MaxValue));
    }

    /// <summary>The scores at ⌊q · (n - 1)⌋ of their ascending order, for q = ¼, ½ and ¾.</summary>
    private static float[] Quartiles(TensorInputs inputs) => inputs.Remember("quartiles of the importance", () =>
    {
        var divergences = Divergences(inputs);
        var order = inputs.ScoreOrder("order of the importance", Granularity.Rows, run => Scores(run, run.TaskVector(0), divergences));
        var elements = inputs.ElementCount;
        return Enumerable.Range(1, 3).Select(quarter => order.Magnitude(elements - (long)(0.25 * quarter * (elements - 1)))).ToArray();
    });

    private static float[] Divergences(TensorInputs inputs) => inputs.Remember("divergences of the rows", () =>
    {
        var divergences = new float[inputs.ElementCount / inputs.RowLength];
        inputs.Scan(Granularity.Rows, run =>
        {
            var rows = new double[run.Length / run.RowLength];
            run.Model(0).RowDivergences(run.Base, run.RowLength, rows);
            for (var row = 0; row < rows.Length; row++)
                divergences[(run.Start / run.RowLength) + row] = (float)rows[row];
        });
        return divergences;
    });

    private static Block Scores(TensorRun run, Block difference, float[] divergences)
    {
        var scores = run.Scratch(0);
        scores.CopyFrom(difference);
        scores.ScaleRows(divergences, run.RowLength);
        return scores;
    }

    private sealed record Kernel(float[] Divergences, MagnitudeCut Cut) : ITensorKernel
    {
        public Granularity Granularity => Granularity.Rows;

        public void Apply(TensorRun run)
        {
            var difference = run.TaskVector(0);
            difference.KeepWhereLargest(Scores(run, difference, Divergences), Cut);
            run.Output.CopyFrom(difference);
            run.Output.Add(run.Base);
        }
    }
}
