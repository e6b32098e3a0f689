using Evo.Merging.Diagnostics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Evolution;

/// <summary>One of the two parents of a tensor: the base, or one of the models.</summary>
internal readonly record struct Parent(TensorInputs Inputs, int Model)
{
    public const int Base = -1;

    public Block Of(TensorRun run) => Model == Base ? run.Base : run.Model(Model);

    public StaticSignals Signals() => Inputs.Signals(Model);
}

/// <summary>Parents A and B of a tensor: the two models, or the base and the only model.</summary>
internal readonly record struct ParentPair(Parent First, Parent Second)
{
    public static ParentPair Of(TensorInputs inputs) => inputs.ModelCount == 1
        ? new ParentPair(new Parent(inputs, Parent.Base), new Parent(inputs, 0))
        : new ParentPair(new Parent(inputs, 0), new Parent(inputs, 1));

    /// <summary>Whether only one of two parents beside the base has the tensor: there is nothing to merge it with.</summary>
    public static bool IsOfOneAlone(TensorInputs inputs) =>
        inputs.ModelCount == 1 && inputs.Plan.Remember("most parents", () => inputs.Plan.Tensors.Max(tensor => tensor.Inputs.ModelCount)) == 2;

    /// <summary>Spherical interpolation from A (0) to B (1).</summary>
    public ITensorKernel Slerp(double t)
    {
        var (first, second) = (First, Second);
        var products = First.Inputs.Remember("products of the parents", () => first.Inputs.Sum(3, (run, sums) =>
        {
            var (a, b) = (first.Of(run), second.Of(run));
            sums[0] += a.Dot(a);
            sums[1] += b.Dot(b);
            sums[2] += a.Dot(b);
        }));
        var (share, otherShare) = Methods.Slerp.Shares(products[0], products[1], products[2], t);
        return new SlerpKernel(this, share, otherShare);
    }

    private sealed record SlerpKernel(ParentPair Parents, float FirstShare, float SecondShare) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            run.Output.CopyFrom(Parents.First.Of(run));
            run.Output.Scale(FirstShare);
            run.Output.AddScaled(Parents.Second.Of(run), SecondShare);
        }
    }
}
