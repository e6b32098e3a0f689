using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Calibration;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Modifiers;

namespace Evo.Merging.Planning;

/// <summary>How one output tensor comes about: everything is concrete, nothing is left to look up.</summary>
public sealed class PlannedTensor
{
    private readonly Lazy<string> _ownId;
    private Lazy<string>? _idInPlan;
    private Lazy<string>? _valuesId;

    internal PlannedTensor(
        TensorInfo output,
        TensorPlace place,
        IMergeMethod method,
        ImmutableArray<IMergeModifier> modifiers,
        TensorSource? @base,
        ImmutableArray<TensorSource> models,
        TensorParameters parameters)
    {
        Output = output;
        Place = place;
        Method = method;
        Modifiers = modifiers;
        Base = @base;
        Models = models;
        Parameters = parameters;
        _ownId = new Lazy<string>(() => PlanIdentity.Of(this));
    }

    /// <summary>Name, shape, and the type that the merged values are rounded to.</summary>
    public TensorInfo Output { get; }

    public TensorPlace Place { get; }

    public IMergeMethod Method { get; }

    /// <summary>What is done to the method's result, in this order.</summary>
    public ImmutableArray<IMergeModifier> Modifiers { get; }

    /// <summary>What task vectors are taken from; null for methods without a base.</summary>
    public TensorSource? Base { get; }

    /// <summary>The models that take part, in the recipe's order; those of weight 0 are left out where they have no influence.</summary>
    public ImmutableArray<TensorSource> Models { get; }

    public TensorParameters Parameters { get; }

    /// <summary>
    /// SHA-256 of what decides the tensor's values: method, parameters, inputs by content, output type; of the whole plan where a method or modifier
    /// looks at all tensors.
    /// </summary>
    public string ContentId => (_idInPlan ?? _ownId).Value;

    /// <summary>The method with its modifiers, bound to this tensor's parameters.</summary>
    /// <exception cref="NonFiniteMergeException">The values cannot give a finite tensor.</exception>
    public ITensorKernel Bind(TensorInputs inputs) =>
        Modifiers.Aggregate(Method.Bind(inputs, Parameters), (inner, modifier) => modifier.Wrap(inner, inputs, Parameters));

    /// <summary>Whether the values depend on the other tensors of the plan.</summary>
    internal bool DependsOnPlan => Method.DependsOnPlan(Parameters) || Modifiers.Any(modifier => modifier.DependsOnPlan(Parameters));

    /// <summary>The identity without the other tensors.</summary>
    internal string OwnId => _ownId.Value;

    /// <summary>
    /// Equal only for equal values, as <see cref="ContentId"/> is, but of the other tensors it holds only what the method and its modifiers read: what tells whether a
    /// candidate's tensor has to be made again.
    /// </summary>
    internal string ValuesId => (_valuesId ?? _ownId).Value;

    /// <summary>Makes the other tensors of the plan a part of the identity where they have a part in the values.</summary>
    /// <param name="plan">The tensors of the plan, this one among them.</param>
    internal void StandIn(PlanReadings plan)
    {
        if (!DependsOnPlan)
            return;
        _idInPlan = new Lazy<string>(() => PlanIdentity.Of(OwnId, plan.All));
        _valuesId = new Lazy<string>(() => PlanIdentity.Of(OwnId, plan.Of(Method, ReadsOfOthers)));
    }

    /// <summary>Parameters of the plan's other tensors that the values depend on; null for all.</summary>
    private ImmutableArray<string>? ReadsOfOthers
    {
        get
        {
            var readers = Modifiers.Where(modifier => modifier.DependsOnPlan(Parameters)).Select(modifier => modifier.ReadsOfOthers(Parameters));
            if (Method.DependsOnPlan(Parameters))
                readers = readers.Append(Method.ReadsOfOthers(Parameters));
            return readers.Any(names => names is null) ? null : [.. readers.SelectMany(names => names!.Value).Distinct().Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Where statistics of the models come from; null where there are none.</summary>
    internal ICalibrationSource? Calibration { get; set; }

    /// <summary>The statistics that the method and its modifiers read with these parameters.</summary>
    internal CalibrationNeeds CalibrationNeeds =>
        Modifiers.Aggregate(Method.CalibrationOf(Parameters), (needs, modifier) => needs | modifier.CalibrationOf(Parameters));

    /// <summary>The same tensor, its models read otherwise.</summary>
    internal PlannedTensor With(ImmutableArray<TensorSource> models, TensorSource? @base = null) =>
        new(Output, Place, Method, Modifiers, @base ?? Base, models, Parameters) { Calibration = Calibration, StepType = StepType };

    /// <summary>The same merge of the first rows alone, for a measurement; null where statistics are read, or inputs otherwise than they are stored.</summary>
    internal PlannedTensor? OfFirstRows(long rows)
    {
        if (!CalibrationNeeds.IsNone || Sources.Any(source => source is not StoredTensor))
            return null;
        return new(First(Output), Place, Method, Modifiers, Base is null ? null : FirstOf(Base), [.. Models.Select(FirstOf)], Parameters) { StepType = StepType };

        TensorSource FirstOf(TensorSource source) => (StoredTensor)source with { Tensor = First(source.Tensor) };

        TensorInfo First(TensorInfo tensor) => tensor with { Shape = tensor.Shape.SetItem(0, rows) };
    }

    /// <summary>
    /// The 16-bit type to which the result of every operation is rounded, where the recipe asks for mergekit's own numbers (<c>mergekit_compat</c>): its <c>dtype</c>, else
    /// the type that the base, or the first model, is stored in. Null where computation is in float32 and rounded once.
    /// </summary>
    internal ElementType? StepType { get; init; }

    internal IEnumerable<TensorSource> Sources => Base is null ? Models : Models.Prepend(Base);

    /// <summary>Lets go of the memory that reading the inputs took.</summary>
    internal void Release()
    {
        foreach (var source in Sources)
            source.Release();
    }
}

/// <summary>A tensor that is carried over byte for byte (integers, masks): part of a written model, not of a candidate buffer.</summary>
public sealed record CopiedTensor(string Name, StoredTensor Source);
