using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Adapters;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Adapters;

/// <summary>What one tensor of a plan becomes in a written adapter: a pair of factors, or a tensor saved whole.</summary>
/// <param name="Name">The tensor's name in the adapters that were merged, <c>module.weight</c>.</param>
/// <param name="Rank">Of the factors; 0 for a tensor saved whole.</param>
/// <param name="Sample">One of the updates, for its shape and kind; null for a tensor saved whole.</param>
internal sealed record AdapterPart(PlannedTensor Tensor, TensorInputs Inputs, IAdapterMethod Method, string Name, int Rank, AdaptedTensorData? Sample)
{
    private const string Prefix = "base_model.model.";

    public string Module => Name[..Name.LastIndexOf('.')];

    public bool IsSaved => Sample is null;

    /// <summary>Set for a bias of a module that is updated too: PEFT keeps it one module deeper.</summary>
    public bool IsInUpdatedModule { get; init; }

    public bool IsEmbedding => Sample?.Update is { IsEmbedding: true };

    /// <summary>Names of A and B as PEFT spells them; of a saved tensor its own.</summary>
    public string[] TensorNames => IsSaved
        ? [IsInUpdatedModule ? $"{Prefix}{Module}.base_layer.bias" : Prefix + Name]
        : IsEmbedding
            ? [$"{Prefix}{Module}.lora_embedding_A", $"{Prefix}{Module}.lora_embedding_B"]
            : [$"{Prefix}{Module}.lora_A.weight", $"{Prefix}{Module}.lora_B.weight"];

    public TensorInfo[] Tensors(ElementType type) => IsSaved
        ? [new TensorInfo(TensorNames[0], type, Tensor.Output.Shape)]
        : [
            new TensorInfo(TensorNames[0], type, [Rank, Sample!.Update!.Inputs]),
            new TensorInfo(TensorNames[1], type, [Sample.Update.Outputs, Rank]),
        ];

    /// <summary>A tensor's part; null when every adapter leaves it as it is.</summary>
    /// <exception cref="RecipeException">Its method, or one of its models, does not stay in adapter space.</exception>
    public static AdapterPart? Of(PlannedTensor tensor, TensorInputs inputs)
    {
        if (AdapterSpace.Of(tensor.Method) is not { } method)
            throw new RecipeException($"the result of '{tensor.Method.Name}' is no adapter ('{tensor.Output.Name}'): {AdapterSpace.Names} stay in adapter space; "
                + "use one of them, or write the whole model");
        if (tensor.Modifiers is [var modifier, ..])
            throw new RecipeException($"the result of the modifier '{modifier.Name}' is no adapter; leave its parameters out, or write the whole model");
        var updates = Enumerable.Range(0, inputs.ModelCount).Select(inputs.Adapter).ToArray();
        var foreign = Array.FindIndex(updates, update => update.Change == AdapterChange.NoAdapter);
        if (foreign >= 0)
            throw new RecipeException($"'{tensor.Models[foreign].Model}' is no adapter of the base model '{tensor.Base?.Model}', so the result is none: "
                + "name models as base+adapter, all with the base model's folder, or write the whole model");
        var changed = updates.Where(update => update.Data is not null).Select(update => update.Data!).ToArray();
        if (changed.Length == 0)
            return null;
        return Array.Exists(updates, update => update.Change == AdapterChange.Dense)
            ? new AdapterPart(tensor, inputs, method, changed.First(data => !data.IsLowRank).AdapterName, 0, null)
            : new AdapterPart(tensor, inputs, method, changed[0].AdapterName, method.MergedRank(inputs, tensor.Parameters), changed[0]);
    }
}
