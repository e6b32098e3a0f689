using System.Buffers.Binary;

namespace Evo.Inference.Graphs;

/// <summary>Element types by the numbers of onnx.proto's <c>TensorProto.DataType</c>.</summary>
internal enum OnnxType
{
    Float = 1,
    UInt8 = 2,
    Int32 = 6,
    Int64 = 7,
    Float16 = 10,
    BFloat16 = 16,
}

/// <summary>
/// An ONNX model under construction: inputs, nodes in order of execution, outputs. Values are named by strings, as in ONNX itself; field numbers
/// are those of onnx.proto. Weights never lie inside: they are inputs.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Domain of ONNX Runtime's own operators (GroupQueryAttention, FusedMatMul, ...).</summary>
    public const string Microsoft = "com.microsoft";

    private const int IrVersion = 9;
    private const int OpsetVersion = 18; // the first in which ReduceMean takes its axes as an input

    private readonly ProtoWriter _graph = new();
    private int _names;

    /// <summary>Declares an input; a dimension is a number or a name that stands for any extent.</summary>
    public string Input(string name, OnnxType type, params ReadOnlySpan<object> shape)
    {
        _graph.Message(11, ValueInfo(name, type, shape));
        return name;
    }

    public void Output(string name, OnnxType type, params ReadOnlySpan<object> shape) => _graph.Message(12, ValueInfo(name, type, shape));

    /// <summary>A one-dimensional int64 constant.</summary>
    public string Constant(params ReadOnlySpan<long> values)
    {
        var name = NewName("constant");
        var raw = new byte[values.Length * sizeof(long)];
        for (var index = 0; index < values.Length; index++)
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(index * sizeof(long)), values[index]);
        _graph.Message(5, new ProtoWriter().Integer(1, values.Length).Integer(2, (int)OnnxType.Int64).Text(8, name).Bytes(9, raw));
        return name;
    }

    /// <summary>A float32 constant without dimensions.</summary>
    public string Scalar(float value)
    {
        var name = NewName("scalar");
        var raw = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(raw, value);
        _graph.Message(5, new ProtoWriter().Integer(2, (int)OnnxType.Float).Text(8, name).Bytes(9, raw));
        return name;
    }

    /// <summary>Adds a node with one output and returns the output's name. Attributes are whole numbers, lists of them, or floats.</summary>
    public string Node(string type, ReadOnlySpan<string> inputs, string domain = "", params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var output = NewName(type);
        Node(type, inputs, [output], domain, attributes);
        return output;
    }

    /// <summary>Adds a node; an empty name stands for an optional input or output that is left out.</summary>
    public void Node(
        string type, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, string domain = "", params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new ProtoWriter();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(3, NewName(type)).Text(4, type);
        foreach (var (name, value) in attributes)
        {
            var attribute = new ProtoWriter().Text(1, name);
            if (value is float number)
                attribute.Float(2, number).Integer(20, 1);
            else if (value is long[] list)
                attribute.Integers(8, list).Integer(20, 7);
            else
                attribute.Integer(3, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)).Integer(20, 2);
            node.Message(5, attribute);
        }

        _graph.Message(1, node.Text(7, domain));
    }

    public string NewName(string stem) => $"{stem}.{_names++}";

    /// <summary>The finished <c>ModelProto</c>.</summary>
    public byte[] ToModel()
    {
        var model = new ProtoWriter().Integer(1, IrVersion).Text(2, "evo");
        model.Message(7, new ProtoWriter().Bytes(2, "decoder"u8).Append(_graph));
        model.Message(8, new ProtoWriter().Text(1, "").Integer(2, OpsetVersion));
        model.Message(8, new ProtoWriter().Text(1, Microsoft).Integer(2, 1));
        return model.Written.ToArray();
    }

    private static ProtoWriter ValueInfo(string name, OnnxType type, ReadOnlySpan<object> shape)
    {
        var dimensions = new ProtoWriter();
        foreach (var extent in shape)
        {
            dimensions.Message(1, extent is string symbol
                ? new ProtoWriter().Text(2, symbol)
                : new ProtoWriter().Integer(1, Convert.ToInt64(extent, System.Globalization.CultureInfo.InvariantCulture)));
        }

        var tensor = new ProtoWriter().Integer(1, (int)type).Message(2, dimensions);
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, tensor));
    }
}
