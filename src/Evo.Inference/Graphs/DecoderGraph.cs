using System.Collections.Immutable;
using Evo.Inference.Activations;
using static Evo.Inference.Graphs.DecoderTensors;

namespace Evo.Inference.Graphs;

/// <summary>
/// Writes a Llama-like decoder as an ONNX model whose weights are inputs, named and laid out as in the checkpoint. The head runs only on the rows that
/// are asked for. Two forms of the whole: <see cref="Scoring"/> without a key-value cache, <see cref="Decoding"/> with one that is updated in place; and
/// <see cref="Layer"/>, one layer alone, whose inner values can be asked for.
/// </summary>
internal sealed class DecoderGraph
{
    public const string InputIds = "input_ids";       // int64 [batch, length], right-padded
    public const string LastIndex = "last_index";     // int32 [batch]: index of each row's last token, counted from the row's beginning
    public const string TotalLength = "total_length"; // int32, in host memory: longest row, cached tokens included
    public const string Rows = "rows";                // int64 [rows]: positions of the flattened batch whose logits are wanted
    public const string Targets = "targets";          // int64 [rows, 1]: the token whose log-probability is wanted
    public const string Cosines = "cosines";          // [positions, head size / 2]
    public const string Sines = "sines";
    public const string LogProbabilities = "log_probabilities"; // float32 [rows, 1]
    public const string Greedy = "greedy";                      // int64 [rows]: the most likely token
    public const string Logits = "logits";                      // float32 [rows, vocabulary]
    public const string MeanLogit = "mean_logit";               // float32 [rows]: NaN or infinite when any logit is
    public const string Hidden = "hidden";                      // [batch, length, hidden]: the residual stream before a layer
    public const string Next = "next";                          // the same after it

    private readonly DecoderConfig _config;
    private readonly OnnxType _type;
    private readonly bool _cached;
    private readonly ImmutableArray<ActivationSite> _taps;
    private readonly OnnxGraph _graph = new();

    private DecoderGraph(DecoderConfig config, OnnxType type, bool cached, ImmutableArray<ActivationSite> taps = default)
    {
        _config = config;
        _type = type;
        _cached = cached;
        _taps = taps.IsDefault ? [] : taps;
    }

    public static string PastKey(int layer) => $"past_key.{layer}";

    public static string PastValue(int layer) => $"past_value.{layer}";

    public static string PresentKey(int layer) => $"present_key.{layer}";

    public static string PresentValue(int layer) => $"present_value.{layer}";

    /// <summary>Whole sequences to log-probabilities of given tokens and the most likely tokens.</summary>
    /// <param name="type">Type of weights and activations; logits are float32 always.</param>
    public static byte[] Scoring(DecoderConfig config, OnnxType type)
    {
        var graph = new DecoderGraph(config, type, cached: false);
        graph._graph.Input(Targets, OnnxType.Int64, "rows", 1);
        var logits = graph.Body();
        var normalised = graph._graph.Node("LogSoftmax", [logits], attributes: ("axis", -1));
        graph._graph.Node("GatherElements", [normalised, Targets], [LogProbabilities], attributes: ("axis", 1));
        graph._graph.Output(LogProbabilities, OnnxType.Float, "rows", 1);
        graph.GreedyHead(logits);
        return graph._graph.ToModel();
    }

    /// <summary>
    /// New tokens after cached ones (prompts: none cached) to the most likely next tokens and all logits. Past and present must be bound to the same memory,
    /// [batch, key-value heads, capacity, head size].
    /// </summary>
    public static byte[] Decoding(DecoderConfig config, OnnxType type)
    {
        var graph = new DecoderGraph(config, type, cached: true);
        var logits = graph.Body();
        graph._graph.Node("Identity", [logits], [Logits]);
        graph._graph.Output(Logits, OnnxType.Float, "rows", config.Vocabulary);
        graph._graph.Node("ReduceMean", [logits, graph._graph.Constant(1)], [MeanLogit], attributes: ("keepdims", 0));
        graph._graph.Output(MeanLogit, OnnxType.Float, "rows");
        graph.GreedyHead(logits);
        return graph._graph.ToModel();
    }

    /// <summary>
    /// One layer of a configuration of a single layer (<see cref="DecoderConfig.OfLayer"/>), from the residual stream to the residual stream; its tensors are
    /// inputs under their names in layer 0.
    /// </summary>
    /// <param name="taps">Inputs of linear maps that are outputs of the graph, each under <see cref="Tap"/>'s name.</param>
    public static byte[] Layer(DecoderConfig config, OnnxType type, ImmutableArray<ActivationSite> taps)
    {
        var graph = new DecoderGraph(config, type, cached: false, taps);
        graph._graph.Input(Hidden, type, "batch", "length", config.Hidden);
        graph.PositionInputs();
        foreach (var (name, shape) in OfLayer(config))
            graph._graph.Input(name, type, [.. shape.Select(extent => (object)extent)]);
        var (normalised, residual) = graph.AddAndNorm(
            graph.Attention(0, graph.Norm(Hidden, InLayer(0, "input_layernorm.weight"))), Hidden, InLayer(0, "post_attention_layernorm.weight"));
        graph._graph.Node("Add", [graph.Mlp(0, normalised), residual], [Next]);
        graph._graph.Output(Next, type, "batch", "length", config.Hidden);
        return graph._graph.ToModel();
    }

    /// <summary>The name of an output that gives the input of linear maps.</summary>
    public static string Tap(ActivationSite site) => $"tap.{site}";

    private void GreedyHead(string logits)
    {
        _graph.Node("ArgMax", [logits], [Greedy], attributes: [("axis", 1), ("keepdims", 0)]);
        _graph.Output(Greedy, OnnxType.Int64, "rows");
    }

    private string Body()
    {
        _graph.Input(InputIds, OnnxType.Int64, "batch", "length");
        _graph.Input(Rows, OnnxType.Int64, "rows");
        PositionInputs();
        foreach (var (name, shape) in Of(_config))
            _graph.Input(name, _type, [.. shape.Select(extent => (object)extent)]);

        var residual = _graph.Node("Gather", [Embedding, InputIds]);
        var normalised = Norm(residual, InLayer(0, "input_layernorm.weight"));
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            (normalised, residual) = AddAndNorm(Attention(layer, normalised), residual, InLayer(layer, "post_attention_layernorm.weight"));
            var change = Mlp(layer, normalised);
            if (layer + 1 < _config.Layers)
                (normalised, residual) = AddAndNorm(change, residual, InLayer(layer + 1, "input_layernorm.weight"));
            else
                residual = _graph.Node("Add", [change, residual]);
        }

        var flat = _graph.Node("Reshape", [residual, _graph.Constant(-1, _config.Hidden)]);
        var wanted = Norm(_graph.Node("Gather", [flat, Rows]), FinalNorm);
        var logits = Product(wanted, _config.Tied ? Embedding : Head);
        return _type == OnnxType.Float ? logits : _graph.Node("Cast", [logits], attributes: ("to", (int)OnnxType.Float));
    }

    private void PositionInputs()
    {
        _graph.Input(LastIndex, OnnxType.Int32, "batch");
        _graph.Input(TotalLength, OnnxType.Int32);
        _graph.Input(Cosines, _type, "positions", _config.HeadSize / 2);
        _graph.Input(Sines, _type, "positions", _config.HeadSize / 2);
    }

    /// <summary>Makes a value an output where it was asked for.</summary>
    private string Tapped(ActivationSite site, string value)
    {
        if (_taps.Contains(site))
        {
            _graph.Node("Identity", [value], [Tap(site)]);
            _graph.Output(Tap(site), _type, "batch", "length", _config.WidthOf(site));
        }

        return value;
    }

    private string Attention(int layer, string input)
    {
        Tapped(ActivationSite.AttentionInput, input);
        string Part(string name, bool bias) => Projection(input, InLayer(layer, "self_attn." + name), bias);
        var query = Part("q_proj", _config.QueryKeyValueBias);
        var key = Part("k_proj", _config.QueryKeyValueBias);
        var value = Part("v_proj", _config.QueryKeyValueBias);
        if (_config.QueryKeyNorm)
        {
            query = NormHeads(query, _config.Heads, InLayer(layer, "self_attn.q_norm.weight"));
            key = NormHeads(key, _config.KeyValueHeads, InLayer(layer, "self_attn.k_norm.weight"));
        }

        var (presentKey, presentValue) = (PresentKey(layer), PresentValue(layer));
        object[] cache = ["batch", _config.KeyValueHeads, "capacity", _config.HeadSize];
        if (_cached)
        {
            _graph.Input(PastKey(layer), _type, cache);
            _graph.Input(PastValue(layer), _type, cache);
            _graph.Output(presentKey, _type, cache);
            _graph.Output(presentValue, _type, cache);
        }

        var output = _graph.NewName("attention");
        _graph.Node(
            "GroupQueryAttention",
            [query, key, value, _cached ? PastKey(layer) : "", _cached ? PastValue(layer) : "", LastIndex, TotalLength, Cosines, Sines],
            [output, presentKey, presentValue],
            OnnxGraph.Microsoft,
            ("num_heads", _config.Heads),
            ("kv_num_heads", _config.KeyValueHeads),
            ("do_rotary", 1),
            ("rotary_interleaved", 0),
            ("local_window_size", _config.Windows[layer] > 0 ? _config.Windows[layer] : -1));
        return Projection(Tapped(ActivationSite.AttentionOutput, output), InLayer(layer, "self_attn.o_proj"), _config.OutputBias);
    }

    private string Mlp(int layer, string input)
    {
        string Part(string name, string from) => Projection(from, InLayer(layer, "mlp." + name), _config.MlpBias);
        var gate = Part("gate_proj", Tapped(ActivationSite.MlpInput, input));
        var activated = _graph.Node("Mul", [gate, _graph.Node("Sigmoid", [gate])]);
        return Part("down_proj", Tapped(ActivationSite.MlpActivation, _graph.Node("Mul", [activated, Part("up_proj", input)])));
    }

    private string Projection(string input, string module, bool bias)
    {
        var product = Product(input, module + ".weight");
        return bias ? _graph.Node("Add", [product, module + ".bias"]) : product;
    }

    private string Product(string input, string weight) =>
        _graph.Node("FusedMatMul", [input, weight], OnnxGraph.Microsoft, ("transB", 1));

    private string Norm(string input, string weight) =>
        _graph.Node("SimplifiedLayerNormalization", [input, weight], attributes: [("axis", -1), ("epsilon", _config.NormEpsilon), ("stash_type", 1)]);

    private string NormHeads(string input, int heads, string weight)
    {
        var split = _graph.Node("Reshape", [input, _graph.Constant(0, 0, heads, _config.HeadSize)]);
        return _graph.Node("Reshape", [Norm(split, weight), _graph.Constant(0, 0, heads * _config.HeadSize)]);
    }

    private (string Normalised, string Sum) AddAndNorm(string change, string residual, string weight)
    {
        var (normalised, sum) = (_graph.NewName("normalised"), _graph.NewName("residual"));
        _graph.Node(
            "SkipSimplifiedLayerNormalization", [change, residual, weight], [normalised, "", "", sum], OnnxGraph.Microsoft, ("epsilon", _config.NormEpsilon));
        return (normalised, sum);
    }
}
