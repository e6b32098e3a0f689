using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskMasks;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>
/// <c>task_masks.safetensors</c> beside a merged model: what restores every task's model from the base (see <see cref="TaskMaskBank"/>). For a tensor t with masks,
/// <c>vector.t</c> is the merged task vector in the model's type, <c>mask.i.t</c> one bit an element for task i (from 0; element 8b + j is bit j of byte b), and <c>scale.t</c>
/// one factor a task: θᵢ = θ₀ + scaleᵢ · maskᵢ ⊙ vector. <c>expert.i.t</c> is a tensor that task i keeps of its own model. Streamed: memory does not
/// grow with the model.
/// </summary>
internal sealed class TaskMaskFile
{
    public const string FileName = "task_masks.safetensors";
    public const string Format = "evo.task_masks/1";

    private const int PieceLength = 16 * CpuRun.Capacity;
    private const int MergedScratch = 4; // the masks' own blocks are below

    private readonly CpuWorkers _workers;
    private readonly CancellationToken _cancellation;
    private readonly ImmutableArray<Part> _parts;

    /// <summary>Looks at what is to be written, before anything is.</summary>
    /// <exception cref="RecipeException">A masked tensor's base is not a tensor of the same name in the base model, so that nothing could be restored from it.</exception>
    public TaskMaskFile(MergePlan plan, CpuWorkers workers, CancellationToken cancellation)
    {
        (_workers, _cancellation) = (workers, cancellation);
        _parts = [.. plan.Tensors.Zip(CpuPlanInputs.Of(plan, workers, cache: null, cancellation)).Where(pair => IsAskedFor(pair.First)).Select(pair => Part.Of(pair.First, pair.Second))];
    }

    /// <summary>Bytes of tensors in the file that a plan asks for, at most: tensors that turn out to be the same in all models have none. 0 when it asks for no file.</summary>
    public static long MostBytes(MergePlan plan) => plan.Tensors.Where(IsAskedFor).Sum(tensor =>
        tensor.Base is null || (tensor.Method is MergeVla && tensor.Parameters.IsOn("task_expert"))
            ? tensor.Models.Length * tensor.Output.ByteLength
            : (tensor.Models.Length * (((tensor.Output.ElementCount + 7) / 8) + sizeof(float))) + tensor.Output.ByteLength);

    public static bool IsAskedFor(MergePlan plan) => plan.Tensors.Any(IsAskedFor);

    public static string Vector(string tensor) => $"vector.{tensor}";

    public static string Mask(int task, string tensor) => FormattableString.Invariant($"mask.{task}.{tensor}");

    public static string Scale(string tensor) => $"scale.{tensor}";

    public static string Expert(int task, string tensor) => FormattableString.Invariant($"expert.{task}.{tensor}");

    /// <summary>Bytes of tensors in the file.</summary>
    public long Bytes => _parts.SelectMany(part => part.Stored).Sum(tensor => tensor.ByteLength);

    public void AddTo(ModelFolderWriter writer)
    {
        var tasks = _parts.Max(part => part.Tensor.Models.Length);
        var names = new JsonArray([.. _parts.First(part => part.Tensor.Models.Length == tasks).Tensor.Models.Select(model => JsonValue.Create(model.Model))]);
        var metadata = new Dictionary<string, string> { ["format"] = Format, ["tasks"] = names.ToJsonString() };
        writer.AddSafetensors(FileName, _parts.SelectMany(part => part.Stored), metadata, append =>
        {
            foreach (var part in _parts)
            {
                Write(part, append);
                part.Tensor.Release();
            }
        });
    }

    private static bool IsAskedFor(PlannedTensor tensor) => tensor.Method is ITaskMaskMethod && tensor.Parameters.IsOn("write_masks");

    private void Write(Part part, TensorAppender append)
    {
        var (output, count) = (part.Tensor.Output, part.Tensor.Output.ElementCount);
        if (part.HasMasks)
        {
            part = part with { Masks = ((ITaskMaskMethod)part.Tensor.Method).Masks(part.Inputs, part.Tensor.Parameters) }; // kept no longer than the tensor is written
            var masks = part.Masks;
            var scales = Enumerable.Range(0, masks.Tasks).Select(task => masks.Scale(task) * (float)part.Tensor.Parameters["lambda"]).ToArray();
            append(Scale(output.Name), MemoryMarshal.AsBytes<float>(scales));
        }

        var pieces = new Piece[_workers.Count * 2];
        for (long start = 0; start < count; start += (long)pieces.Length * PieceLength)
        {
            var first = start;
            var filled = (int)Math.Min(pieces.Length, (count - start + PieceLength - 1) / PieceLength);
            _workers.ForEach(filled, (number, run) =>
            {
                var from = first + ((long)number * PieceLength);
                (pieces[number] ??= new Piece()).Fill(part, from, (int)Math.Min(PieceLength, count - from), run);
            }, _cancellation);
            foreach (var piece in pieces.AsSpan(0, filled))
                piece.AppendTo(append, part);
        }
    }

    /// <summary>What is stored for one output tensor.</summary>
    private sealed record Part(PlannedTensor Tensor, TensorInputs Inputs, bool HasMasks, bool IsExpert)
    {
        /// <summary>The masks, while they are written.</summary>
        public ITaskMasks? Masks { get; init; }

        public IEnumerable<TensorInfo> Stored
        {
            get
            {
                var (output, tasks) = (Tensor.Output, Tensor.Models.Length);
                if (!HasMasks)
                    return IsExpert ? Enumerable.Range(0, tasks).Select(task => output with { Name = Expert(task, output.Name) }) : [];
                return Enumerable.Range(0, tasks)
                    .Select(task => new TensorInfo(Mask(task, output.Name), ElementType.U8, [(output.ElementCount + 7) / 8]))
                    .Append(output with { Name = Vector(output.Name) })
                    .Append(new TensorInfo(Scale(output.Name), ElementType.F32, [tasks]));
            }
        }

        public static Part Of(PlannedTensor tensor, TensorInputs inputs)
        {
            var method = (ITaskMaskMethod)tensor.Method;
            var hasMasks = method.HasMasks(inputs, tensor.Parameters);
            if (hasMasks && (tensor.Base is not StoredTensor stored || stored.Tensor.Name != tensor.Output.Name || !tensor.Modifiers.IsEmpty))
                throw new RecipeException($"'write_masks' restores tasks from the base's tensors as they are, but '{tensor.Output.Name}' is merged from another one or modified: "
                    + "list whole models under 'models', with a plain base_model and one vocabulary, or leave 'write_masks' out");
            return new Part(tensor, inputs, hasMasks, !hasMasks && method.IsExpert(inputs, tensor.Parameters));
        }
    }

    /// <summary>A stretch of a tensor on its way to the file.</summary>
    private sealed class Piece
    {
        private readonly List<byte[]> _bits = [];
        private readonly List<byte[]> _values = [];
        private int _length;

        public void Fill(Part part, long start, int length, CpuRun run)
        {
            _length = length;
            for (var done = 0; done < length; done += CpuRun.Capacity)
            {
                unsafe
                {
                    run.Turn(part.Tensor, start + done, Math.Min(CpuRun.Capacity, length - done));
                }

                if (part.Masks is { } masks)
                    FillMasks(part, masks, run, done);
                else if (part.IsExpert)
                    for (var task = 0; task < part.Tensor.Models.Length; task++)
                        Store(part, task, run.Model(task), done);
            }
        }

        public void AppendTo(TensorAppender append, Part part)
        {
            var (output, size) = (part.Tensor.Output, part.Tensor.Output.Type.ByteSize());
            for (var task = 0; task < (part.Masks?.Tasks ?? 0); task++)
                append(Mask(task, output.Name), _bits[task].AsSpan(0, (_length + 7) / 8));
            if (part.Masks is not null)
                append(Vector(output.Name), _values[0].AsSpan(0, _length * size));
            for (var task = 0; part.IsExpert && task < part.Tensor.Models.Length; task++)
                append(Expert(task, output.Name), _values[task].AsSpan(0, _length * size));
        }

        private void FillMasks(Part part, ITaskMasks masks, CpuRun run, int done)
        {
            var (merged, mask) = (run.Scratch(MergedScratch), run.Scratch(0));
            masks.Merge(run, merged);
            Store(part, 0, merged, done);
            for (var task = 0; task < masks.Tasks; task++)
            {
                while (_bits.Count <= task)
                    _bits.Add(new byte[PieceLength / 8]);
                masks.Mask(run, task, merged, mask);
                PackedBits.Pack(mask.OnHost(), _bits[task].AsSpan(done / 8));
            }
        }

        private void Store(Part part, int place, Block values, int done)
        {
            while (_values.Count <= place)
                _values.Add(new byte[PieceLength * sizeof(float)]);
            var type = part.Tensor.Output.Type;
            Floats.FromSingle(values.OnHost(), type, _values[place].AsSpan(done * type.ByteSize(), values.Length * type.ByteSize()));
        }
    }
}
