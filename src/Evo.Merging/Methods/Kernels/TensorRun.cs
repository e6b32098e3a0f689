namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// A run of consecutive elements of one tensor, seen in all inputs at once. Blocks belong to the run and are valid until the kernel returns.
/// </summary>
public abstract class TensorRun
{
    /// <summary>Flat index of the first element.</summary>
    public abstract long Start { get; }

    public abstract int Length { get; }

    /// <summary>Input models, the base not counted.</summary>
    public abstract int ModelCount { get; }

    /// <summary>Elements of a row of the tensor: its last axis. Runs consist of whole rows only where the granularity says so.</summary>
    public abstract int RowLength { get; }

    /// <summary>Where a kernel writes the merged elements; its content is undefined before. Absent while a tensor is scanned.</summary>
    public abstract Block Output { get; }

    /// <summary>The base's elements. Not to be changed.</summary>
    public abstract Block Base { get; }

    /// <summary>The elements of one input model, read when first asked for; the kernel may change them in place.</summary>
    public abstract Block Model(int model);

    /// <summary>A block of undefined content for intermediate results, numbered from 0.</summary>
    public abstract Block Scratch(int index);

    /// <summary>τ of one model: its elements minus the base's. To be asked for once in a run, because it replaces <see cref="Model"/>.</summary>
    public Block TaskVector(int model)
    {
        var block = Model(model);
        block.Subtract(Base);
        return block;
    }

    /// <summary>What a method works on in all models: the task vectors where it has a base, else the models. To be asked for once in a run.</summary>
    internal Block[] Vectors(bool hasBase)
    {
        var blocks = new Block[ModelCount];
        for (var model = 0; model < blocks.Length; model++)
            blocks[model] = hasBase ? TaskVector(model) : Model(model);
        return blocks;
    }
}
