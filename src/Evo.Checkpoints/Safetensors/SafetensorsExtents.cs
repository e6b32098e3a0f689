using System.Collections.Immutable;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>The rule that the tensors of a file cover its data exactly: from byte 0, one after the other, to the last byte.</summary>
internal static class SafetensorsExtents
{
    private const string WayOut = "the file is damaged or was made by a faulty writer: download or write it again";

    /// <returns>The tensors by offset (empty ones before the one that starts where they stand, then by name).</returns>
    /// <exception cref="CheckpointException">An extent lies: wrong length, overlap, gap, or beyond the file.</exception>
    public static ImmutableArray<StoredTensor> Check(
        string path, IEnumerable<(TensorInfo Info, long Begin, long End)> tensors, long dataLength)
    {
        var ordered = tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)
            .ThenBy(tensor => tensor.Info.Name, StringComparer.Ordinal).ToArray();
        var checkedTensors = ImmutableArray.CreateBuilder<StoredTensor>(ordered.Length);
        var previous = "";
        long covered = 0;
        foreach (var (info, begin, end) in ordered)
        {
            var place = $"header: tensor {Quoted.Name(info.Name)}: data_offsets [{begin}, {end}]";
            if (begin > end)
                throw new CheckpointException(path, $"{place} end before they begin; {WayOut}");
            if (end - begin != info.ByteLength)
            {
                throw new CheckpointException(path,
                    $"{place} hold {end - begin} bytes, but {SafetensorsTypes.NameOf(info.Type)} {info.ShapeText} takes {info.ByteLength}; {WayOut}");
            }

            if (end > dataLength)
            {
                throw new CheckpointException(path,
                    $"{place} reach beyond the {dataLength} bytes of data in the file: it was cut off; download or copy it again");
            }

            if (begin < covered)
                throw new CheckpointException(path, $"{place} overlap those of tensor {Quoted.Name(previous)}; {WayOut}");
            if (begin > covered)
                throw new CheckpointException(path, $"{place} leave the {begin - covered} bytes before them unused; {WayOut}");

            covered = end;
            previous = info.Name;
            checkedTensors.Add(new StoredTensor(info, begin));
        }

        if (covered != dataLength)
            throw new CheckpointException(path, $"header: the tensors end at byte {covered} of {dataLength} bytes of data; {WayOut}");

        return checkedTensors.MoveToImmutable();
    }
}
