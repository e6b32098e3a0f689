using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// The quadratic objective of WUDI and OptMerge, J(τ) = Σ ‖(τ − targetᵢ) Pᵢᵀ‖² / ‖τᵢ‖², whose gradient is 2 (τ C − D): C = Σ PᵢᵀPᵢ / ‖τᵢ‖² (its trace is at
/// most N), D = Σ targetᵢ PᵢᵀPᵢ / ‖τᵢ‖². The minimiser is D C⁺.
/// </summary>
/// <param name="Curvature">C, [columns, columns].</param>
/// <param name="Pull">D, [rows, columns].</param>
/// <param name="Start">Where descent begins, before its scale.</param>
internal sealed record InterferenceObjective(Matrix Curvature, Matrix Pull, Matrix Start)
{
    /// <summary>Models with a smaller ‖τ‖² ask for nothing.</summary>
    public const double SmallestNorm = 1e-12;

    private const int AdamSteps = 300;
    private const double AdamRate = 1e-5;

    /// <summary>WUDI's: Pᵢ and targets are the task vectors, the start their sum (arXiv:2503.08099).</summary>
    public static InterferenceObjective Wudi(TensorInputs inputs)
    {
        var algebra = inputs.Algebra;
        return Sum(inputs, model =>
        {
            var vector = inputs.TaskVector(model);
            var norm = algebra.SumOfSquares(vector);
            return norm < SmallestNorm ? null : (algebra.Product(vector, vector, transposeLeft: true), vector, norm);
        }, inputs.TaskVectorSum());
    }

    /// <summary>Sums the models' parts.</summary>
    /// <param name="partOf">PᵢᵀPᵢ, the target and ‖τᵢ‖²; null for a model that changes nothing.</param>
    public static InterferenceObjective Sum(TensorInputs inputs, Func<int, (Matrix Gram, Matrix Target, double Norm)?> partOf, Matrix start)
    {
        var algebra = inputs.Algebra;
        var (rows, columns) = (inputs.Rows(), inputs.Columns());
        var curvature = algebra.Sum((0, algebra.Identity(columns)));
        var pull = algebra.Sum((0, start));
        for (var model = 0; model < inputs.ModelCount; model++)
            if (partOf(model) is var (gram, target, norm))
            {
                curvature = algebra.Sum((1, curvature), (1 / norm, gram));
                pull = algebra.Sum((1, pull), (1 / norm, algebra.Product(target, gram)));
            }

        return new InterferenceObjective(curvature, pull, start);
    }

    /// <summary>What the authors run: Adam from the start, 300 steps of rate 10⁻⁵, with PyTorch's defaults.</summary>
    public Matrix AfterAdam(MatrixAlgebra algebra, double startScale)
    {
        var (value, first, second) = (algebra.Read(algebra.Sum((startScale, Start))).ToArray(), new double[Start.Rows * Start.Columns], new double[Start.Rows * Start.Columns]);
        for (var step = 1; step <= AdamSteps; step++)
        {
            var difference = algebra.Sum((2, algebra.Product(algebra.Create(Start.Rows, Start.Columns, value), Curvature)), (-2, Pull));
            var gradient = algebra.Read(difference);
            var (firstBias, secondBias) = (1 - Math.Pow(.9, step), 1 - Math.Pow(.999, step));
            for (var i = 0; i < value.Length; i++)
            {
                first[i] = (.9 * first[i]) + (.1 * gradient[i]);
                second[i] = (.999 * second[i]) + (.001 * gradient[i] * gradient[i]);
                value[i] -= AdamRate * (first[i] / firstBias) / (Math.Sqrt(second[i] / secondBias) + 1e-8);
            }
        }

        return algebra.Create(Start.Rows, Start.Columns, value);
    }
}
