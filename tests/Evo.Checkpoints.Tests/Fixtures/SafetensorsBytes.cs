using System.Buffers.Binary;
using System.Text;

namespace Evo.Checkpoints.Tests.Fixtures;

/// <summary>Safetensors files put together byte by byte, independently of the writer under test.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, params byte[] data) => Of((ulong)Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header), data);

    public static byte[] Of(ulong headerLength, byte[] header, params byte[] data)
    {
        var file = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength);
        header.CopyTo(file, 8);
        data.CopyTo(file, 8 + header.Length);
        return file;
    }

    /// <summary>float32 tensors of one dimension each, in the given order.</summary>
    public static byte[] OfFloats(params (string Name, float[] Values)[] tensors)
    {
        var entries = new List<string>();
        var data = new List<byte>();
        foreach (var (name, values) in tensors)
        {
            var begin = data.Count;
            foreach (var value in values)
                data.AddRange(BitConverter.GetBytes(value));
            entries.Add($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{values.Length}],\"data_offsets\":[{begin},{data.Count}]}}");
        }

        return Of("{" + string.Join(",", entries) + "}", [.. data]);
    }

    /// <summary>float32 tensors of any shape, in the given order.</summary>
    public static byte[] OfTensors(params (string Name, long[] Shape, float[] Values)[] tensors)
    {
        var entries = new List<string>();
        var data = new List<byte>();
        foreach (var (name, shape, values) in tensors)
        {
            var begin = data.Count;
            foreach (var value in values)
                data.AddRange(BitConverter.GetBytes(value));
            entries.Add($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{begin},{data.Count}]}}");
        }

        return Of("{" + string.Join(",", entries) + "}", [.. data]);
    }
}
