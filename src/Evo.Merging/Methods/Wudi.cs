using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// WUDI-Merging (arXiv:2503.08099): the task vector whose interference Σ ‖(τ − τᵢ) τᵢᵀ‖² / ‖τᵢ‖² is small, τᵢ standing for the inputs of task i. By default in closed
/// form with spectral stopping (SWUDI), which keeps directions of noise at the plain sum; the authors' Adam is there for comparison.
/// </summary>
internal sealed class Wudi : InterferenceMethod
{
    public override string Name => "wudi";

    public override string Description => "task vector of least interference with every model's, stopped early in closed form (WUDI, arXiv:2503.08099; SWUDI)";

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) =>
        new(columns * ((7.7 * rows) + (4.7 * columns)), (long)columns);

    protected override void PrepareMatrix(TensorInputs inputs) =>
        inputs.Remember(KeyOf(inputs), () => InterferenceSpectrum.Of(inputs, InterferenceObjective.Wudi(inputs)));

    protected override string KeyOf(TensorInputs inputs, TensorParameters parameters) => KeyOf(inputs);

    protected override InterferenceObjective ObjectiveOf(TensorInputs inputs, TensorParameters parameters) => InterferenceObjective.Wudi(inputs);

    private static string KeyOf(TensorInputs inputs) => $"interference of {inputs.ModelCount} task vectors";
}
