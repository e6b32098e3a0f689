using System.Collections.Frozen;
using System.Collections.Immutable;
using Evo.Merging.Methods.Adapters;
using Evo.Merging.Methods.Modifiers;

namespace Evo.Merging.Methods;

/// <summary>The catalogue of merge methods.</summary>
public static class MergeMethods
{
    public static ImmutableArray<IMergeMethod> All { get; } =
    [
        new Linear(),
        new Slerp(),
        new NuSlerp(),
        new MultiSlerp(),
        new Karcher(),
        new TaskArithmetic(),
        new LoraConcat(),
        new EvoMerging(),
        new Ties(),
        new DareLinear(),
        new DareTies(),
        new DellaLinear(),
        new Della(),
        new Breadcrumbs(),
        new BreadcrumbsTies(),
        new ModelStock(),
        new Sce(),
        new NearSwap(),
        new ArceeFusion(),
        new Ram(),
        new RamPlus(),
        new Passthrough(),
        new Darwin(),
        new InstructionResidual(),
        new LayerSwap(),
        new Retain(),
        new PcbMerging(),
        new Widen(),
        new LocalizeAndStitch(),
        new TsvM(),
        new RTsvM(),
        new IsoC(),
        new IsoCts(),
        new DcMerge(),
        new OrthoMerge(),
        new Wudi(),
        new OptMerge(),
        new TwinMerging(),
        new EmrMerging(),
        new ConsensusMerging(),
        new MergeVla(),
        new RegMean(),
        new FisherAverage(),
        new LotMerging(),
        new BayesianMerging(),
        new Ota(),
    ];

    /// <summary>Every parameter name that some method or modifier declares.</summary>
    public static FrozenSet<string> ParameterNames { get; } = Declared.Select(parameter => parameter.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The choices of every parameter that takes texts.</summary>
    internal static FrozenDictionary<string, ImmutableArray<string>> Choices { get; } = Declared
        .Where(parameter => parameter.IsChoice).DistinctBy(parameter => parameter.Name).ToFrozenDictionary(parameter => parameter.Name, parameter => parameter.Choices);

    /// <summary>The words of every parameter that takes some beside numbers.</summary>
    internal static FrozenDictionary<string, ImmutableArray<KeyValuePair<string, double>>> Words { get; } = Declared
        .Where(parameter => !parameter.Words.IsEmpty).DistinctBy(parameter => parameter.Name).ToFrozenDictionary(parameter => parameter.Name, parameter => parameter.Words);

    private static IEnumerable<MethodParameter> Declared =>
        All.SelectMany(method => method.Parameters).Concat(MergeModifiers.All.SelectMany(modifier => modifier.Parameters));

    /// <summary>The method of that name, or null.</summary>
    public static IMergeMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);
}
