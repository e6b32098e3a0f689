using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>Which methods have adapters as their result.</summary>
internal static class AdapterSpace
{
    public static string Names => "lora_concat, evo_merging and task_arithmetic";

    /// <summary>The method in adapter space; null for one whose result is no adapter.</summary>
    public static IAdapterMethod? Of(IMergeMethod method) => method switch
    {
        IAdapterMethod own => own,
        TaskArithmetic => new ExactSum(),
        _ => null,
    };

    /// <summary>Task arithmetic of adapters is their weighted sum.</summary>
    private sealed class ExactSum : IAdapterMethod
    {
        public int MergedRank(TensorInputs inputs, TensorParameters parameters) => AdapterParts.Ranks(inputs).Sum();

        public LowRankProduct? MergedUpdate(TensorInputs inputs, TensorParameters parameters) => LoraConcat.Sum(inputs, parameters);
    }
}
