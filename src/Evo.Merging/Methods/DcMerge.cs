using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// Merging in a common cover of the tasks' directions (DC-Merge, arXiv:2603.06242): every task vector keeps its top singular triples, their energy smoothed, and
/// is seen in bases U, V that cover all tasks; there its largest entries are elected by sign and averaged, entries between tasks are dropped, and the result is
/// taken back. Bases do not depend on parameters but the rank; a candidate is one matrix product and one N times smaller.
/// </summary>
internal sealed class DcMerge : SpectralMethod
{
    private const string Density = "cover_density";

    public override string Name => "dc_merge";

    public override string Description => "task vectors merged by sign in a common cover of their singular directions (DC-Merge, arXiv:2603.06242)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Lambda with { SuggestedMinimum = 0.1, SuggestedMaximum = 3 },
        new(Density, ParameterScope.Global, 1e-3, 0, 1, 1e-3, 1,
            "fraction of a task's entries in the cover that is kept, one at least; the authors' code takes 0.001 at ranks near 800"),
        CoverSmoothing.Kind,
        CoverSmoothing.Ratio,
        SpectralParameters.RankFraction,
        SpectralParameters.Embeddings,
        SpectralParameters.Vectors,
    ];

    /// <summary>Bases, coordinates in float64, squares.</summary>
    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) =>
        Math.Min(rows, columns) * (rows + columns + (5 * Math.Min(rows, columns)));

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => WorkOf(rows, columns, matrices: 6, squares: 4.3);

    protected override void PrepareMatrix(TensorInputs inputs) => TaskCover.Of(inputs, inputs.RankShare());

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters)
    {
        var cover = TaskCover.Of(inputs, inputs.RankShare(parameters[SpectralParameters.RankFraction.Name]));
        var entries = CoverEntries.Of(inputs, cover, CoverSmoothing.Of(parameters));
        return new Kernel(inputs, cover, entries, parameters[Density], parameters[CommonParameters.Lambda.Name]);
    }

    private sealed record Kernel(TensorInputs Inputs, TaskCover Cover, CoverEntries Entries, double Density, double Lambda) : ITensorKernel
    {
        public Granularity Granularity => Granularity.Whole;

        public void Apply(TensorRun run)
        {
            var algebra = Inputs.Algebra;
            run.Output.CopyFrom(run.Base);
            var squares = Entries.Merged(Density).Select((merged, task) => Inputs.Keep(algebra.Create(Cover.Ranks[task], Cover.Ranks[task], merged))).ToArray();
            algebra.AddProduct(
                run.Output, [new ScaledFactor(Cover.Left, [.. Enumerable.Repeat(Lambda, Cover.Left.Columns)])], algebra.ProductOfBlocks(squares, Cover.Right));
        }
    }
}
