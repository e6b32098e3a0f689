using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// OrthoMerge (arXiv:2602.05943): the part of every fine-tuning that turns the base's inputs is merged as a rotation, the rest as task vectors:
/// θ = W₀ R + merge(θᵢ − W₀ Rᵢ). Rᵢ brings W₀ nearest to the model (variant G) or to those of its rows that conflict with the mean change (variant C); R is the
/// Cayley transform of the generators' common direction. A rotation without generator (a half turn), or none to be had, counts as none. The factors do not
/// depend on the strength of the rotation and the residual's scale; a candidate is one matrix product.
/// </summary>
internal sealed class OrthoMerge : SpectralMethod
{
    private const string Target = "rotation_target";
    private const string Models = "models";
    private const string Conflicts = "conflicts";
    private const string Threshold = "conflict_threshold";
    private const string Strength = "rotation_strength";

    public override string Name => "orthomerge";

    public override string Description => "rotations of the base merged as rotations, what they leave over as task vectors (OrthoMerge, arXiv:2602.05943)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        MethodParameter.OneOf(Target, "what rotations approach: the models (variant G), or the base with the rows that conflict with the mean change (variant C)", Models, Conflicts),
        new(Threshold, ParameterScope.Global, 0, -1, 1, -0.3, 0.5, "variant C: rows whose cosine with the mean change is below conflict; a new value means new rotations"),
        new(Strength, ParameterScope.Global, 1, 0, 100, 0, 1.5, "ψ: factor on the merged generator"),
        ResidualMerge.Kind,
        ResidualMerge.Scale,
        ResidualMerge.Kept,
        SpectralParameters.Embeddings.WithDefault(SpectralParameters.AsMatrices),
    ];

    public override MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: false);

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) => columns * ((3 * rows) + columns);

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => new(
        (parameters.ModelCount * columns * (rows + columns)) + (columns * ((10 * rows) + (14 * columns))),
        (long)columns);

    protected override void PrepareMatrix(TensorInputs inputs)
    {
        // Rotations depend on their target.
    }

    protected override double LambdaOf(TensorParameters parameters) => parameters[ResidualMerge.Scale.Name];

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters)
    {
        var threshold = parameters.Choice(Target) == Conflicts ? parameters[Threshold] : (double?)null;
        var rule = ResidualMerge.Of(parameters);
        var (turned, residual) = inputs.Remember(
            $"rotations towards {(threshold is { } cosine ? $"conflicts below {cosine:R}" : Models)} with {rule.Key} residual",
            () => Factors(inputs, threshold, rule));
        return new Kernel(inputs.Algebra, turned, residual, parameters[Strength], (float)parameters[ResidualMerge.Scale.Name]);
    }

    protected override ITensorKernel BindOther(TensorInputs inputs, TensorParameters parameters) => IsEmbedding(inputs)
        ? base.BindOther(inputs, parameters)
        : ResidualMerge.Of(parameters).Bind(inputs, parameters[ResidualMerge.Scale.Name]);

    private static (TurnedWeights Turned, Factor Residual) Factors(TensorInputs inputs, double? threshold, ResidualMerge rule)
    {
        var algebra = inputs.Algebra;
        var weights = inputs.Weights(-1);
        var mean = algebra.Sum((1.0 / inputs.ModelCount, inputs.TaskVectorSum()));
        var (generators, residuals) = (new List<Matrix>(), new List<Matrix>());
        for (var model = 0; model < inputs.ModelCount; model++)
        {
            var vector = inputs.TaskVector(model);
            var change = threshold is { } cosine ? ConflictingRows(algebra, vector, mean, cosine) : vector;
            var rotation = Rotations.Procrustes(algebra, weights, algebra.Sum((1, weights), (1, change)));
            var generator = rotation is null ? null : Rotations.Generator(algebra, rotation);
            generators.Add(generator ?? algebra.Sum((0, algebra.Identity(weights.Columns))));
            residuals.Add(rotation is null || generator is null
                ? vector
                : algebra.Sum((1, vector), (1, weights), (-1, algebra.Product(weights, rotation))));
        }

        return (TurnedWeights.Of(inputs, weights, Rotations.Mean(algebra, generators)), inputs.Keep(rule.Of(inputs, residuals)));
    }

    /// <summary>Rows of a task vector whose cosine with the mean's row is below the threshold; zeros elsewhere.</summary>
    private static Matrix ConflictingRows(MatrixAlgebra algebra, Matrix vector, Matrix mean, double threshold)
    {
        var values = algebra.Read(vector).ToArray();
        var means = algebra.Read(mean);
        var columns = vector.Columns;
        for (var row = 0; row < vector.Rows; row++)
        {
            var own = values.AsSpan(row * columns, columns);
            var others = means.Slice(row * columns, columns);
            var (product, square, otherSquare) = (0.0, 0.0, 0.0);
            for (var column = 0; column < columns; column++)
            {
                product += own[column] * others[column];
                square += own[column] * own[column];
                otherSquare += others[column] * others[column];
            }

            if (!(product < threshold * Math.Sqrt(square * otherSquare)))
                own.Clear();
        }

        return algebra.Create(vector.Rows, columns, values);
    }

    private sealed record Kernel(MatrixAlgebra Algebra, TurnedWeights Turned, Factor Residual, double Strength, float Scale) : ITensorKernel
    {
        public Granularity Granularity => Granularity.Whole;

        public void Apply(TensorRun run)
        {
            run.Output.CopyFrom(run.Base);
            Algebra.AddProduct(run.Output, Turned.Change(Strength), Turned.Directions);
            Algebra.Add(run.Output, Residual, Scale);
        }
    }
}
