using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Calibration;
using Evo.Merging.Diagnostics;

namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// All versions of one tensor that a method merges, as an engine offers them: what it is, passes over its elements, and a memory for what does not depend
/// on parameter values. Every member is deterministic: the same numbers for any number of threads.
/// </summary>
public abstract class TensorInputs
{
    /// <summary>The output tensor's name.</summary>
    public abstract string Name { get; }

    public abstract ImmutableArray<long> Shape { get; }

    public abstract TensorPlace Place { get; }

    /// <summary>Input models, the base not counted. May be 0 when every model has weight 0.</summary>
    public abstract int ModelCount { get; }

    /// <summary>What the values of a model's tensor say of it; -1 stands for the base. Computed once.</summary>
    public abstract StaticSignals Signals(int model);

    /// <summary>Every tensor of the merge, for methods that have to see all of them before the first is merged.</summary>
    public abstract PlanInputs Plan { get; }

    /// <summary>1 + the highest layer among the tensors that the method merges: the same for all candidates of one layout, whatever their parameters.</summary>
    public abstract int LayerCount { get; }

    /// <summary>Elements of a row: the last axis.</summary>
    public long RowLength => Shape.IsEmpty ? 1 : Math.Max(1, Shape[^1]);

    /// <summary>The recipe's name of an input model.</summary>
    public abstract string ModelName(int model);

    /// <summary>The 16-bit type to which every operation is rounded because mergekit's own numbers are asked for; null as a rule.</summary>
    public abstract ElementType? StepType { get; }

    /// <summary>False where a method merges without a base, or a module is new in the models.</summary>
    public abstract bool HasBase { get; }

    public long ElementCount => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>The key of a model's random mask, by the content of the model and the name of its own tensor.</summary>
    public abstract MaskKey MaskKey(int model, long seed);

    /// <summary>The magnitudes of one model's task vector, ordered once and kept.</summary>
    public abstract IMagnitudeOrder TaskVectorOrder(int model);

    /// <summary>
    /// The order of any number per element that is 0 or greater, made once and remembered under <paramref name="what"/> like
    /// <see cref="Remember{T}(string, Func{T})"/>.
    /// </summary>
    /// <param name="score">Gives the numbers of a run, in one of its blocks.</param>
    public abstract IMagnitudeOrder ScoreOrder(string what, Granularity granularity, Func<TensorRun, Block> score);

    /// <summary>The same where the numbers come from one model and the base alone.</summary>
    public abstract IMagnitudeOrder ScoreOrder(string what, int model, Granularity granularity, Func<TensorRun, Block> score);

    /// <summary>
    /// How many elements of one model's task vector have each magnitude, by the upper 16 of the 31 magnitude bits of float32; or, given such upper bits, by the
    /// 15 lower bits of those that have them. Counts that are not 0 only, in ascending order: an order over several tensors is found from them by radix selection.
    /// </summary>
    public abstract ImmutableArray<(int Bits, long Count)> MagnitudeCounts(int model, int? upper = null);

    /// <summary>Matrix operations on this engine.</summary>
    public abstract MatrixAlgebra Algebra { get; }

    /// <summary>θ of one model as a matrix, for a tensor of two axes; -1 stands for the base.</summary>
    /// <exception cref="NonFiniteMergeException">An element is NaN or infinite; the message names the model.</exception>
    public abstract Matrix Weights(int model);

    /// <summary>τ of one model as a matrix: its elements minus the base's, exactly.</summary>
    /// <exception cref="NonFiniteMergeException">As for <see cref="Weights"/>.</exception>
    public Matrix TaskVector(int model) => Algebra.Sum((1, Weights(model)), (-1, Weights(-1)));

    /// <summary>
    /// What calibration text tells of one model's tensor, as far as the method declared in <see cref="IMergeMethod.CalibrationOf"/> that it reads it; null when
    /// nothing is known of such a tensor.
    /// </summary>
    public abstract ITensorStatistics? Statistics(int model);

    /// <summary>The same of the base's tensor.</summary>
    public abstract ITensorStatistics? StatisticsOfBase { get; }

    /// <summary>
    /// Σ|τ| of one model over all elements, and over those that a random mask keeps. Remembered by density where memory allows. NaN when a magnitude is
    /// 2²⁰ or more, or no number: add up by <see cref="Sum"/> then.
    /// </summary>
    public abstract (double All, double Kept) SumsOfMagnitudes(int model, MaskKey mask, double density);

    /// <summary>
    /// Keeps the result of <paramref name="compute"/> for this tensor of the base and all models, in their order; later calls return it. What is
    /// kept must not depend on parameter values unless <paramref name="what"/> names them. It is numbers or text, arrays, collections or tuples of them, or an
    /// <see cref="IPreparedValue"/>.
    /// </summary>
    public abstract T Remember<T>(string what, Func<T> compute)
        where T : notnull;

    /// <summary>The same for the base and one model.</summary>
    public abstract T Remember<T>(string what, int model, Func<T> compute)
        where T : notnull;

    /// <summary>What a model is in adapter space, when it is the merge's base under an adapter.</summary>
    public virtual AdapterUpdate Adapter(int model) => new(AdapterChange.NoAdapter);

    /// <summary>
    /// One pass over all elements: sums over runs, in the order of the elements, as many sums as <paramref name="visit"/> fills.
    /// </summary>
    public abstract double[] Sum(int sums, Action<TensorRun, Span<double>> visit);

    /// <summary>As <see cref="Sum"/>, over runs in which <paramref name="kernel"/> has written <see cref="TensorRun.Output"/>; nothing else sees that output.</summary>
    public abstract double[] SumMerged(ITensorKernel kernel, int sums, Action<TensorRun, Span<double>> visit);

    /// <summary>
    /// One pass over all elements in runs of the given granularity, on many threads and in any order: <paramref name="visit"/> may write only to what
    /// belongs to its run.
    /// </summary>
    public abstract void Scan(Granularity granularity, Action<TensorRun> visit);
}
