using static Evo.Inference.Graphs.DecoderTensors;

namespace Evo.Inference.Graphs;

/// <summary>
/// Attention in elementary operators, forward and backward, for <see cref="LayerGradientGraph"/>. Queries are [batch, key-value heads, group, length, head
/// size]; keys and values have a group of 1 that is broadcast, and their gradients are summed over it.
/// </summary>
internal sealed class LayerGradientAttention
{
    private const int Group = 2;

    private readonly DecoderConfig _config;
    private readonly OnnxGraph _graph;
    private readonly LayerGradientGraph _layer;
    private readonly string _input;
    private readonly LayerGradientGraph.Norm? _queryNorm;
    private readonly LayerGradientGraph.Norm? _keyNorm;
    private readonly string _query;
    private readonly string _key;
    private readonly string _value;
    private readonly string _probabilities;

    public LayerGradientAttention(DecoderConfig config, OnnxGraph graph, LayerGradientGraph layer, string input)
    {
        (_config, _graph, _layer, _input) = (config, graph, layer, input);
        var query = Split(Projected("q_proj"), config.Heads);
        var key = Split(Projected("k_proj"), config.KeyValueHeads);
        if (config.QueryKeyNorm)
        {
            _queryNorm = new LayerGradientGraph.Norm(layer, query, InLayer(0, "self_attn.q_norm.weight"), 1, 2, 3);
            _keyNorm = new LayerGradientGraph.Norm(layer, key, InLayer(0, "self_attn.k_norm.weight"), 1, 2, 3);
            (query, key) = (_queryNorm.Output, _keyNorm.Output);
        }

        _query = Rotated(query, back: false);
        _key = Rotated(key, back: false);
        _value = Split(Projected("v_proj"), config.KeyValueHeads);
        _probabilities = graph.Node("Softmax", [layer.Node("Add", Scores(_query, _key), LayerGradientGraph.Mask)], attributes: ("axis", -1));
        Output = Joined(layer.Node("MatMul", _probabilities, _value), config.Heads);
    }

    private float Scale => 1 / MathF.Sqrt(_config.HeadSize);

    /// <summary>What o_proj reads, [batch, length, heads · head size].</summary>
    public string Output { get; }

    /// <summary>∂ℓ/∂input from ∂ℓ/∂<see cref="Output"/>.</summary>
    public string Gradient(string gradient)
    {
        var heads = Split(gradient, _config.Heads);
        var valueGradient = OverGroup(Product(_probabilities, heads, "transA"));
        var change = Product(heads, _value, "transB");
        var mean = _graph.Node(
            "ReduceSum", [_layer.Node("Mul", change, _probabilities), _graph.Constant(-1)], attributes: ("keepdims", 1));
        var scores = _layer.Node("Mul", _layer.Node("Mul", _probabilities, _layer.Node("Sub", change, mean)), _graph.Scalar(Scale));
        var query = Rotated(_layer.Node("MatMul", scores, _key), back: true);
        var key = Rotated(OverGroup(Product(scores, _query, "transA")), back: true);
        query = _queryNorm?.Gradient(query) ?? query;
        key = _keyNorm?.Gradient(key) ?? key;
        var sum = _layer.Node("Add", Back(query, "q_proj", _config.Heads), Back(key, "k_proj", _config.KeyValueHeads));
        return _layer.Node("Add", sum, Back(valueGradient, "v_proj", _config.KeyValueHeads));
    }

    private string Projected(string part) => _layer.Linear(_input, "self_attn." + part, _config.QueryKeyValueBias);

    private string Back(string heads, string part, int count) =>
        _layer.LinearGradient(Joined(heads, count), _input, "self_attn." + part, _config.QueryKeyValueBias);

    private string Scores(string query, string key) =>
        _graph.Node("FusedMatMul", [query, key], OnnxGraph.Microsoft, ("transB", 1), ("alpha", Scale));

    private string Product(string left, string right, string transposed) => _graph.Node("FusedMatMul", [left, right], OnnxGraph.Microsoft, (transposed, 1));

    private string OverGroup(string value) =>
        _graph.Node("ReduceSum", [value, _graph.Constant(Group)], attributes: ("keepdims", 1));

    /// <summary>[batch, length, heads · size] to [batch, key-value heads, group, length, size]; neighbouring heads share keys.</summary>
    private string Split(string value, int heads)
    {
        var apart = _layer.Node("Reshape", value, _graph.Constant(0, 0, _config.KeyValueHeads, heads / _config.KeyValueHeads, _config.HeadSize));
        return _graph.Node("Transpose", [apart], attributes: ("perm", new long[] { 0, 2, 3, 1, 4 }));
    }

    private string Joined(string value, int heads)
    {
        var turned = _graph.Node("Transpose", [value], attributes: ("perm", new long[] { 0, 3, 1, 2, 4 }));
        return _layer.Node("Reshape", turned, _graph.Constant(0, 0, heads * _config.HeadSize));
    }

    /// <summary>Rotates the two halves of every head against each other by the position's angles, or back (a gradient's way).</summary>
    private string Rotated(string value, bool back)
    {
        var half = _config.HeadSize / 2;
        var left = _layer.Node("Slice", value, _graph.Constant(0), _graph.Constant(half), _graph.Constant(-1));
        var right = _layer.Node("Slice", value, _graph.Constant(half), _graph.Constant(_config.HeadSize), _graph.Constant(-1));
        string Turned(string operation, string one, string other) =>
            _layer.Node(operation, _layer.Node("Mul", one, DecoderGraph.Cosines), _layer.Node("Mul", other, DecoderGraph.Sines));
        return _graph.Node(
            "Concat", [Turned(back ? "Add" : "Sub", left, right), Turned(back ? "Sub" : "Add", right, left)], attributes: ("axis", -1));
    }
}
