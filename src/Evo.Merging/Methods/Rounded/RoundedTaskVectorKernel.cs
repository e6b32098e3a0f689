using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.Rounded;

/// <summary>Generalised task arithmetic, with or without sign election, every step rounded.</summary>
/// <param name="Shares">Their weights rounded.</param>
internal sealed record RoundedTaskVectorKernel(TaskVectorShare[] Shares, bool ElectsSigns, bool Normalize, float Lambda, StepRounding Rounding) : ITensorKernel
{
    private const float SmallestDivisor = 1e-8f;

    public Granularity Granularity { get; } = Shares.Any(share => share.Sparsity.Granularity == Granularity.Rows) ? Granularity.Rows : Granularity.Elements;

    public void Apply(TensorRun run)
    {
        var @base = Rounding.Base(run, 0);
        var vote = run.Scratch(1);
        vote.Clear();
        for (var model = 0; model < Shares.Length; model++)
        {
            var delta = Rounding.TaskVector(run, model, @base);
            Shares[model].Sparsity.Apply(delta, run);
            delta.RoundTo(Rounding.Type);
            delta.Scale(Shares[model].Weight);
            delta.RoundTo(Rounding.Type);
            vote.Add(delta);
        }

        var merged = run.Output;
        if (ElectsSigns)
            Elect(run, merged, vote);
        else
            Sum(merged, vote);
        if (Lambda != 1)
        {
            merged.Scale(Lambda);
            merged.RoundTo(Rounding.Type);
        }

        merged.Add(@base);
        merged.RoundTo(Rounding.Type);
    }

    private void Elect(TensorRun run, Block merged, Block vote)
    {
        merged.Clear();
        for (var model = 0; model < Shares.Length; model++)
            merged.AddAgreeing(run.Model(model), vote);
        merged.RoundTo(Rounding.Type);
        if (!Normalize)
            return;
        var divisor = run.Scratch(2);
        divisor.Clear();
        for (var model = 0; model < Shares.Length; model++)
            divisor.AddWhereAgreeing(run.Model(model), vote, Shares[model].Weight);
        divisor.RoundTo(Rounding.Type);
        merged.DivideBy(divisor, smallest: 0);
        merged.RoundTo(Rounding.Type);
    }

    private void Sum(Block merged, Block sum)
    {
        merged.CopyFrom(sum);
        merged.RoundTo(Rounding.Type);
        if (!Normalize)
            return;
        var divisor = Rounding.Round(Shares.Sum(share => share.Weight));
        merged.Divide(Math.Abs(divisor) < SmallestDivisor ? 1 : divisor);
        merged.RoundTo(Rounding.Type);
    }
}
