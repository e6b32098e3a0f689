using System.Security.Cryptography;
using System.Text;
using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Planning;

/// <summary>A model as it takes part in merges: its folder, and the adapter over it where the recipe names one.</summary>
internal sealed record Parent(ModelFolder Folder, AdaptedModel? Adapted = null)
{
    public string ContentHash => Adapted is null
        ? Folder.ContentHash
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Folder.ContentHash} + {Adapted.Adapter.ContentHash}")));

    /// <param name="name">The model's name in recipes.</param>
    /// <param name="tensor">One of the folder's tensors.</param>
    public TensorSource Source(string name, TensorInfo tensor) => Adapted?.Find(tensor.Name) is { } data
        ? new AdaptedTensor(name, Folder, Adapted.Adapter, data)
        : new StoredTensor(name, Folder, tensor);
}
