using System.Collections.Immutable;

namespace Evo.Merging.Methods;

/// <summary>The concrete parameter values of one output tensor: those of the merge, and those of each input model.</summary>
public sealed class TensorParameters
{
    private readonly ImmutableArray<MethodParameter> _declared;
    private readonly ImmutableArray<double> _global;
    private readonly ImmutableArray<ImmutableArray<double>> _perModel;

    /// <param name="declared">The parameters of the method and of the modifiers that take part.</param>
    /// <param name="global">Values of the global parameters at their declared positions; other positions are unused.</param>
    /// <param name="perModel">The same for each model.</param>
    internal TensorParameters(
        ImmutableArray<MethodParameter> declared, ImmutableArray<double> global, ImmutableArray<ImmutableArray<double>> perModel)
    {
        _declared = declared;
        _global = global;
        _perModel = perModel;
    }

    /// <summary>The parameters of the method and of the modifiers that take part.</summary>
    public ImmutableArray<MethodParameter> Declared => _declared;

    public int ModelCount => _perModel.Length;

    /// <summary>A global parameter.</summary>
    public double this[string name] => _global[Position(name)];

    /// <summary>A parameter of one model.</summary>
    public double Of(int model, string name) => _perModel[model][Position(name)];

    public bool IsOn(string name) => this[name] != 0;

    /// <summary>The text of a global parameter with choices.</summary>
    public string Choice(string name) => _declared[Position(name)].Choices[(int)this[name]];

    /// <summary>The same for some of the models.</summary>
    internal TensorParameters Only(int[] models) => new(_declared, _global, [.. models.Select(model => _perModel[model])]);

    /// <summary>The weights of all models, rounded to the type that they are multiplied in.</summary>
    internal float[] Weights() => [.. Enumerable.Range(0, ModelCount).Select(model => (float)Of(model, "weight"))];

    private int Position(string name)
    {
        for (var position = 0; position < _declared.Length; position++)
            if (_declared[position].Name == name)
                return position;
        throw new ArgumentException($"no parameter of the merge is called '{name}'", nameof(name));
    }
}
