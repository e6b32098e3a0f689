namespace Evo.Checkpoints.Models;

/// <summary>Appends bytes (little-endian, row-major) to a tensor of a file that is being filled.</summary>
public delegate void TensorAppender(string tensor, ReadOnlySpan<byte> bytes);
