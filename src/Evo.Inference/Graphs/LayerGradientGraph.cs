using static Evo.Inference.Graphs.DecoderTensors;

namespace Evo.Inference.Graphs;

/// <summary>
/// The gradient of one decoder layer, written out by hand in elementary operators: from the residual stream before the layer and ∂ℓ/∂(residual stream after
/// it), ∂ℓ/∂(before), and for each weight W the sum over sequences s of (∂ℓₛ/∂W)², what the diagonal of the Fisher matrix is made of. A linear map
/// y = Wx has ∂ℓₛ/∂W = Gₛᵀ Xₛ, with Gₛ = ∂ℓₛ/∂y and Xₛ its inputs, [tokens, ·] each.
/// </summary>
internal sealed class LayerGradientGraph
{
    public const string NextGradient = "next_gradient"; // [batch, length, hidden], zero in padding
    public const string Gradient = "hidden_gradient";   // the same before the layer
    public const string Mask = "mask";                  // [length, length]: 0 where a token (row) sees another (column), else a large negative number

    private readonly DecoderConfig _config;
    private readonly OnnxGraph _graph = new();

    private LayerGradientGraph(DecoderConfig config) => _config = config;

    /// <summary>The name of the output with the squared gradients of a tensor of layer 0, in the tensor's shape.</summary>
    public static string Squared(string tensor) => $"squared.{tensor}";

    /// <summary>The model, whose inputs are <see cref="DecoderGraph.Hidden"/>, <see cref="NextGradient"/>, <see cref="Mask"/>, cosines and sines
    /// [length, head size / 2], and the layer's tensors under their names in layer 0.</summary>
    public static byte[] Of(DecoderConfig config)
    {
        var graph = new LayerGradientGraph(config);
        graph.Build();
        return graph._graph.ToModel();
    }

    private void Build()
    {
        object[] stream = ["batch", "length", _config.Hidden];
        _graph.Input(DecoderGraph.Hidden, OnnxType.Float, stream);
        _graph.Input(NextGradient, OnnxType.Float, stream);
        _graph.Input(Mask, OnnxType.Float, "length", "length");
        _graph.Input(DecoderGraph.Cosines, OnnxType.Float, "length", _config.HeadSize / 2);
        _graph.Input(DecoderGraph.Sines, OnnxType.Float, "length", _config.HeadSize / 2);
        foreach (var (name, shape) in OfLayer(_config))
        {
            object[] extents = [.. shape.Select(extent => (object)extent)];
            _graph.Input(name, OnnxType.Float, extents);
            _graph.Output(Squared(name), OnnxType.Float, extents);
        }

        // Forward, keeping what the way back needs.
        var first = new Norm(this, DecoderGraph.Hidden, InLayer(0, "input_layernorm.weight"));
        var attention = new LayerGradientAttention(_config, _graph, this, first.Output);
        var middle = Node("Add", DecoderGraph.Hidden, Linear(attention.Output, "self_attn.o_proj", _config.OutputBias));
        var second = new Norm(this, middle, InLayer(0, "post_attention_layernorm.weight"));
        var gate = Linear(second.Output, "mlp.gate_proj", _config.MlpBias);
        var up = Linear(second.Output, "mlp.up_proj", _config.MlpBias);
        var sigmoid = Node("Sigmoid", gate);
        var activated = Node("Mul", gate, sigmoid);
        var product = Node("Mul", activated, up);

        // Backward: d(silu) = σ + silu·(1 − σ).
        var change = LinearGradient(NextGradient, product, "mlp.down_proj", _config.MlpBias);
        var slope = Node("Sub", Node("Add", sigmoid, activated), Node("Mul", activated, sigmoid));
        var gateGradient = Node("Mul", Node("Mul", change, up), slope);
        var mlpGradient = Node(
            "Add",
            LinearGradient(gateGradient, second.Output, "mlp.gate_proj", _config.MlpBias),
            LinearGradient(Node("Mul", change, activated), second.Output, "mlp.up_proj", _config.MlpBias));
        var middleGradient = Node("Add", NextGradient, second.Gradient(mlpGradient));
        var attentionGradient = attention.Gradient(LinearGradient(middleGradient, attention.Output, "self_attn.o_proj", _config.OutputBias));
        _graph.Node("Add", [middleGradient, first.Gradient(attentionGradient)], [Gradient]);
        _graph.Output(Gradient, OnnxType.Float, stream);
    }

    public string Node(string type, params ReadOnlySpan<string> inputs) => _graph.Node(type, inputs);

    /// <summary>y = x Wᵀ + b.</summary>
    public string Linear(string input, string module, bool bias)
    {
        var product = _graph.Node("FusedMatMul", [input, InLayer(0, module + ".weight")], OnnxGraph.Microsoft, ("transB", 1));
        return bias ? Node("Add", product, InLayer(0, module + ".bias")) : product;
    }

    /// <summary>∂ℓ/∂x from ∂ℓ/∂y; gives out the squared gradients of W and b on the way.</summary>
    public string LinearGradient(string gradient, string input, string module, bool bias)
    {
        SumOfSquares(_graph.Node("FusedMatMul", [gradient, input], OnnxGraph.Microsoft, ("transA", 1)), InLayer(0, module + ".weight"));
        if (bias)
            SumOfSquares(Sum(gradient, 1), InLayer(0, module + ".bias"));
        return Node("MatMul", gradient, InLayer(0, module + ".weight"));
    }

    /// <summary>Σ over the given axes, which disappear.</summary>
    public string Sum(string value, params ReadOnlySpan<long> axes) =>
        _graph.Node("ReduceSum", [value, _graph.Constant(axes)], attributes: ("keepdims", 0));

    private void SumOfSquares(string bySequence, string tensor) =>
        _graph.Node("ReduceSum", [Node("Mul", bySequence, bySequence), _graph.Constant(0)], [Squared(tensor)], attributes: ("keepdims", 0));

    /// <summary>y = x·r·w with r = 1/√(mean x² + ε) over the last axis; tokens (and heads) lie between it and the batch.</summary>
    internal sealed class Norm
    {
        private readonly LayerGradientGraph _owner;
        private readonly string _input;
        private readonly string _weight;
        private readonly string _inverse;
        private readonly string _normalised;
        private readonly long[] _between;

        public Norm(LayerGradientGraph owner, string input, string weight, params long[] between)
        {
            (_owner, _input, _weight, _between) = (owner, input, weight, between.Length == 0 ? [1] : between);
            var mean = Mean(owner.Node("Mul", input, input));
            _inverse = owner.Node("Reciprocal", owner.Node("Sqrt", owner.Node("Add", mean, owner._graph.Scalar(owner._config.NormEpsilon))));
            _normalised = owner.Node("Mul", input, _inverse);
            Output = owner.Node("Mul", _normalised, weight);
        }

        public string Output { get; }

        /// <summary>∂ℓ/∂x = r·(g − x·r²·mean(g·x)), g = w·∂ℓ/∂y; the squared gradient of w goes out.</summary>
        public string Gradient(string gradient)
        {
            _owner.SumOfSquares(_owner.Sum(_owner.Node("Mul", gradient, _normalised), _between), _weight);
            var scaled = _owner.Node("Mul", gradient, _weight);
            var share = _owner.Node("Mul", Mean(_owner.Node("Mul", scaled, _normalised)), _normalised);
            return _owner.Node("Mul", _owner.Node("Sub", scaled, share), _inverse);
        }

        private string Mean(string value) => _owner._graph.Node("ReduceMean", [value, _owner._graph.Constant(-1)], attributes: ("keepdims", 1));
    }
}
