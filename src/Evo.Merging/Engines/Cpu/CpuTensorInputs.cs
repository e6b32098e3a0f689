using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Calibration;
using Evo.Merging.Diagnostics;
using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// A planned tensor as methods see it on the CPU. Passes go over segments of fixed size, each in order; segments are combined in order too, so that
/// sums have the same bits for any number of threads.
/// </summary>
/// <param name="cache">Null where nothing is kept.</param>
/// <param name="plan">Null where only this tensor is looked at.</param>
internal sealed class CpuTensorInputs(
    PlannedTensor tensor, CpuWorkers workers, PreparedCache? cache, CancellationToken cancellation, CpuPlanInputs? plan = null) : TensorInputs
{
    private const int SegmentLength = 128 * CpuRun.Capacity;
    private const long LeastGathered = 1 << 16;

    public override string Name => tensor.Output.Name;

    public override ImmutableArray<long> Shape => tensor.Output.Shape;

    public override TensorPlace Place => tensor.Place;

    public override int ModelCount => tensor.Models.Length;

    public override string ModelName(int model) => tensor.Models[model].Model;

    public override ElementType? StepType => tensor.StepType;

    public override bool HasBase => tensor.Base is not null;

    /// <summary>The same inputs for a single merge: what is prepared lives no longer than these inputs, and takes little memory.</summary>
    /// <param name="prepared">Holds what is prepared; null for one of the inputs' own.</param>
    public CpuTensorInputs ForOneMerge(PreparedCache? prepared = null) => new(tensor, workers, prepared ?? new PreparedCache(), cancellation, plan) { IsForOneMerge = true };

    /// <summary>Whether what is prepared is used for one set of parameter values only.</summary>
    public bool IsForOneMerge { get; private init; } = cache is null;

    /// <summary>Whether a method has looked at other tensors of the merge.</summary>
    public bool SawPlan { get; private set; }

    public override PlanInputs Plan
    {
        get
        {
            SawPlan = true;
            return plan ?? throw new InvalidOperationException("there is no plan around this tensor");
        }
    }

    public override int LayerCount => plan?.LayerCount ?? throw new InvalidOperationException("there is no plan around this tensor");

    public int SegmentCount => checked((int)((tensor.Output.ElementCount + SegmentLength - 1) / SegmentLength));

    public override ITensorStatistics? StatisticsOfBase => tensor.Base is { } @base ? StatisticsOf(@base, tensor.CalibrationNeeds.OfBase) : null;

    public override ITensorStatistics? Statistics(int model) => StatisticsOf(tensor.Models[model], tensor.CalibrationNeeds.OfModels);

    public override MaskKey MaskKey(int model, long seed) =>
        tensor.Models[model].MaskKey(seed);

    public override IMagnitudeOrder TaskVectorOrder(int model) =>
        Remember("order of the task vector", model, () => MagnitudeOrders.Of(this, Granularity.Elements, run => run.TaskVector(model)));

    public override IMagnitudeOrder ScoreOrder(string what, Granularity granularity, Func<TensorRun, Block> score) =>
        Remember(what, () => MagnitudeOrders.Of(this, granularity, score));

    public override IMagnitudeOrder ScoreOrder(string what, int model, Granularity granularity, Func<TensorRun, Block> score) =>
        Remember(what, model, () => MagnitudeOrders.Of(this, granularity, score));

    public override ImmutableArray<(int Bits, long Count)> MagnitudeCounts(int model, int? upper = null)
    {
        return upper is null ? Remember("magnitude counts of the task vector", model, Count) : Count();

        ImmutableArray<(int Bits, long Count)> Count() =>
            MagnitudeHistogram.Counts(new MagnitudeScan(this, Granularity.Elements, run => run.TaskVector(model)).Coarse(), upper);
    }

    public override (double All, double Kept) SumsOfMagnitudes(int model, MaskKey mask, double density) =>
        Remember($"magnitudes of the task vector by draw, {mask.First:x8}{mask.Second:x8}", model, () => new DrawnMagnitudes(this, model, mask)).Sums(density);

    public override MatrixAlgebra Algebra => workers.Algebra(cancellation);

    public override Matrix Weights(int model)
    {
        workers.Matrices.Reserve(tensor.Output.ElementCount * sizeof(double));
        return MatrixReader.Read(model < 0 ? tensor.Base ?? throw new InvalidOperationException("the method declared no need of a base") : tensor.Models[model], Name);
    }

    public override T Remember<T>(string what, Func<T> compute) =>
        cache is null ? compute() : cache.GetOrCompute(what, tensor.Base, tensor.Models, compute);

    public override T Remember<T>(string what, int model, Func<T> compute) =>
        cache is null ? compute() : cache.GetOrCompute(what, tensor.Base, [tensor.Models[model]], compute);

    public override StaticSignals Signals(int model)
    {
        var source = model < 0 ? tensor.Base ?? throw new InvalidOperationException("the method declared no need of a base") : tensor.Models[model];
        StaticSignals Compute() => SignalScan.Of(source.ReadFloats, tensor.Output.ElementCount, workers, cancellation);
        return cache is null ? Compute() : cache.GetOrCompute("static signals", null, [source], Compute);
    }

    public override AdapterUpdate Adapter(int model) => tensor.Models[model] switch
    {
        AdaptedTensor adapted when adapted.IsChangeOf(tensor.Base) =>
            new AdapterUpdate(adapted.Data.IsLowRank ? AdapterChange.LowRank : AdapterChange.Dense, adapted.Data),
        StoredTensor stored when tensor.Base is StoredTensor @base && ReferenceEquals(stored.Folder, @base.Folder) && stored.Tensor.Name == @base.Tensor.Name =>
            new AdapterUpdate(AdapterChange.Nothing),
        _ => new AdapterUpdate(AdapterChange.NoAdapter),
    };

    public override double[] Sum(int sums, Action<TensorRun, Span<double>> visit)
    {
        var (total, next) = (new double[sums], 0);
        var early = new Dictionary<int, double[]>(); // segments that wait for an earlier one: about as many as there are threads
        ForEachSegment((segment, runs) =>
        {
            var partial = new double[sums];
            runs(run => visit(run, partial));
            lock (total)
            {
                early[segment] = partial;
                for (; early.Remove(next, out var inTurn); next++)
                    for (var sum = 0; sum < sums; sum++)
                        total[sum] += inTurn[sum];
            }
        });
        return total;
    }

    public override double[] SumMerged(ITensorKernel kernel, int sums, Action<TensorRun, Span<double>> visit)
    {
        var length = RunLengths.Of(tensor.Output, kernel.Granularity);
        var total = tensor.Output.ElementCount;
        var partial = new double[checked((int)((total + length - 1) / length))][];
        workers.ForEach(partial.Length, (number, run) =>
        {
            var start = (long)number * length;
            run.TurnToOwnOutput(tensor, start, (int)Math.Min(length, total - start));
            kernel.Apply(run);
            visit(run, partial[number] = new double[sums]);
            run.Trim();
        }, cancellation);
        var totals = new double[sums];
        foreach (var run in partial)
            for (var sum = 0; sum < sums; sum++)
                totals[sum] += run[sum];
        return totals;
    }

    public override void Scan(Granularity granularity, Action<TensorRun> visit)
    {
        var length = RunLengths.Of(tensor.Output, granularity);
        var total = tensor.Output.ElementCount;
        workers.ForEach(checked((int)((total + length - 1) / length)), (number, run) =>
        {
            var start = (long)number * length;
            unsafe
            {
                run.Turn(tensor, start, (int)Math.Min(length, total - start));
            }

            visit(run);
        }, cancellation);
    }

    private ITensorStatistics? StatisticsOf(TensorSource source, CalibrationKinds kinds) => kinds == CalibrationKinds.None
        ? throw new InvalidOperationException($"'{tensor.Method.Name}' declared no need of these statistics")
        : (tensor.Calibration ?? throw new InvalidOperationException("the plan was made without a source of statistics (ParentModels.Calibration)"))
            .Of(source.Model, kinds).Find(source.Tensor.Name);

    /// <summary>The same tensor for what outlives this merge's token.</summary>
    public CpuTensorInputs WithoutCancellation() => cancellation == CancellationToken.None
        ? this
        : new(tensor, workers, cache, CancellationToken.None, plan) { IsForOneMerge = IsForOneMerge };

    /// <summary>Most elements of a selection that are gathered: a quarter of what the merge may take, shared by all threads, and never more than 16 MB.</summary>
    public long MostGathered => Math.Clamp(workers.Memory / (4L * workers.Count * sizeof(int)), LeastGathered, 1 << 22);

    /// <summary>Whether to build something of that size that only later merges gain by.</summary>
    public bool HasRoomFor(long bytes) => !IsForOneMerge && cache is not null && cache.HasRoomFor(bytes);

    /// <summary>How many segments of whole runs, of about the given length, there are.</summary>
    public int CountSegments(Granularity granularity, long about) =>
        checked((int)((tensor.Output.ElementCount + LengthOfSegment(granularity, about) - 1) / LengthOfSegment(granularity, about)));

    /// <summary>Visits segments of about the given length in any order and on many threads; within one, <c>runs</c> visits its runs in order.</summary>
    public void ForEachSegment(Granularity granularity, long about, Action<int, Action<Action<CpuRun>>> visit) => workers.ForEach(
        CountSegments(granularity, about), (segment, run) => visit(segment, visitRun => Visit(granularity, about, segment, run, visitRun)), cancellation);

    /// <summary>Visits the runs of one segment in order.</summary>
    public void VisitSegment(Granularity granularity, long about, int segment, Action<CpuRun> visitRun) =>
        workers.Once(run => Visit(granularity, about, segment, run, visitRun));

    /// <summary>Does numbered pieces of work on many threads.</summary>
    public void ForEach(int items, Action<int> work) => workers.ForEach(items, (item, _) => work(item), cancellation);

    /// <summary>Visits single elements, in the shortest runs that the granularity allows: place in the list, offset in the run, the run.</summary>
    public unsafe void VisitElements(Granularity granularity, long[] indices, Action<int, int, CpuRun> visit) => workers.Once(run =>
    {
        var total = tensor.Output.ElementCount;
        var length = granularity switch { Granularity.Elements => 1, Granularity.Rows => RunLengths.Row(tensor.Output), _ => total };
        for (var place = 0; place < indices.Length; place++)
        {
            var start = indices[place] / length * length;
            run.Turn(tensor, start, (int)Math.Min(length, total - start));
            visit(place, (int)(indices[place] - start), run);
        }
    });

    /// <summary>Visits short runs at equal distances, in order.</summary>
    public unsafe void VisitSpread(int runs, int length, Action<CpuRun> visit) => workers.Once(run =>
    {
        for (var number = 0; number < runs; number++)
        {
            run.Turn(tensor, (long)((Int128)(tensor.Output.ElementCount - length) * number / Math.Max(1, runs - 1)), length);
            visit(run);
        }
    });

    private unsafe void Visit(Granularity granularity, long about, int segment, CpuRun run, Action<CpuRun> visitRun)
    {
        var (length, runLength) = (LengthOfSegment(granularity, about), RunLengths.Of(tensor.Output, granularity));
        var end = Math.Min(tensor.Output.ElementCount, (segment + 1) * length);
        for (var start = segment * length; start < end; start += runLength)
        {
            run.Turn(tensor, start, (int)Math.Min(runLength, end - start));
            visitRun(run);
        }
    }

    private long LengthOfSegment(Granularity granularity, long about)
    {
        long run = RunLengths.Of(tensor.Output, granularity);
        return Math.Max(1, (about + run - 1) / run) * run;
    }

    /// <summary>Visits segments in any order and on many threads; within one, <c>runs</c> visits its runs in order.</summary>
    public void ForEachSegment(Action<int, Action<Action<CpuRun>>> visit) =>
        workers.ForEach(SegmentCount, (segment, run) => visit(segment, visitRun =>
        {
            var end = Math.Min(tensor.Output.ElementCount, (segment + 1L) * SegmentLength);
            for (var start = (long)segment * SegmentLength; start < end; start += CpuRun.Capacity)
            {
                unsafe
                {
                    run.Turn(tensor, start, (int)Math.Min(CpuRun.Capacity, end - start));
                }

                visitRun(run);
            }
        }), cancellation);
}
