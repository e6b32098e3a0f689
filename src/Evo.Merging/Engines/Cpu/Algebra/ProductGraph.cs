using System.Text;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// An ONNX model of one node, <c>C = op(A) · op(B)</c> (Gemm), in the wire format of Protocol Buffers; field numbers are those of onnx.proto. Extents are
/// left open.
/// </summary>
internal static class ProductGraph
{
    public const string Left = "A";
    public const string Right = "B";
    public const string Output = "C";

    private const int IrVersion = 8;
    private const int OpsetVersion = 13;
    private const int Float = 1;
    private const int Double = 11;
    private const int IntegerAttribute = 2;

    public static byte[] Of(bool isDouble, bool transposeLeft, bool transposeRight)
    {
        var type = isDouble ? Double : Float;
        byte[] node =
        [
            .. Text(1, Left), .. Text(1, Right), .. Text(2, Output), .. Text(4, "Gemm"),
            .. Message(5, Switch("transA", transposeLeft)), .. Message(5, Switch("transB", transposeRight)),
        ];
        byte[] graph =
        [
            .. Message(1, node), .. Text(2, "product"),
            .. Message(11, Value(Left, type, transposeLeft ? ("k", "m") : ("m", "k"))),
            .. Message(11, Value(Right, type, transposeRight ? ("n", "k") : ("k", "n"))),
            .. Message(12, Value(Output, type, ("m", "n"))),
        ];
        return [.. Integer(1, IrVersion), .. Message(7, graph), .. Message(8, [.. Text(1, ""), .. Integer(2, OpsetVersion)])];
    }

    private static byte[] Switch(string name, bool isOn) => [.. Text(1, name), .. Integer(3, isOn ? 1 : 0), .. Varint((20 << 3) | 0), IntegerAttribute];

    private static byte[] Value(string name, int type, (string Rows, string Columns) shape)
    {
        byte[] dimensions = [.. Message(1, Text(2, shape.Rows)), .. Message(1, Text(2, shape.Columns))];
        byte[] tensor = [.. Integer(1, type), .. Message(2, dimensions)];
        return [.. Text(1, name), .. Message(2, Message(1, tensor))];
    }

    private static byte[] Integer(int field, int value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Text(int field, string value) => Message(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Message(int field, byte[] content) => [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
