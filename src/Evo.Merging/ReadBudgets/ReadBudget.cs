using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.TaskVectors;
using Evo.Merging.Planning;

namespace Evo.Merging.ReadBudgets;

/// <summary>
/// A bound on the bytes of experts that a merge reads (MergePipe's idea, arXiv:2602.13273, with the blocks ranked by importance where it takes them at
/// random): the blocks whose task vectors matter least count as zero and are not read. A block matters by its energy, Σ(wτ)², for each byte; ties are
/// broken by the plan's order, so that the same plan and budget give the same bytes.
/// </summary>
public static class ReadBudget
{
    /// <summary>The plan that reads no more than the budget, and what it leaves out. A budget of all bytes or more gives the plan itself.</summary>
    /// <param name="catalog">The plan's own.</param>
    /// <param name="bytes">Most bytes of models, the base not counted: it is read in full. What is not stored as it is read (adapters, remapped vocabularies)
    /// is read too, and counted.</param>
    /// <exception cref="RecipeException">The method does not work on task vectors element by element.</exception>
    public static (MergePlan Plan, ReadBudgetReport Report) Apply(MergePlan plan, TaskVectorCatalog catalog, long bytes)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Require(plan);
        var skipped = plan.Tensors.Select((tensor, index) => tensor.Models.Select((_, model) => new bool[catalog.Blocks(index, model).Length]).ToArray()).ToArray();
        var left = bytes - Sources(plan).Where(place => !CanSkip(place.Source)).Sum(place => place.Source.BytesToRead);
        foreach (var block in Blocks(plan, catalog).OrderByDescending(block => block.Importance).ThenBy(block => block.Order))
        {
            if (block.Bytes <= left)
                left -= block.Bytes;
            else
                skipped[block.Tensor][block.Model][block.Number] = true;
        }

        var tensors = plan.Tensors.Select((tensor, index) => Without(tensor, skipped[index])).ToImmutableArray();
        var changed = tensors.SequenceEqual(plan.Tensors) ? plan : plan.With(tensors);
        return (changed, Report(plan, catalog, skipped));
    }

    /// <summary>Bytes of models that a plan reads, the base not counted: what a budget of 100 % allows.</summary>
    public static long ModelBytes(MergePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Tensors.Sum(tensor => tensor.Models.Sum(source => source.BytesToRead));
    }

    /// <exception cref="RecipeException">The method does not work on task vectors element by element.</exception>
    public static void Require(MergePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Tensors.FirstOrDefault(tensor => tensor.Method is not TaskVectorMethod) is { } other)
            throw new RecipeException($"{plan.Recipe.SourceName}: a read budget leaves out blocks of task vectors, and the method '{other.Method.Name}' of tensor "
                + $"'{other.Output.Name}' does not add up task vectors; merge without --read-budget, or by task_arithmetic, ties, dare_linear or dare_ties");
    }

    private static bool CanSkip(TensorSource source) => source is StoredTensor;

    private static IEnumerable<(int Tensor, int Model, TensorSource Source)> Sources(MergePlan plan) =>
        plan.Tensors.SelectMany((tensor, index) => tensor.Models.Select((source, model) => (index, model, source)));

    private static IEnumerable<Block> Blocks(MergePlan plan, TaskVectorCatalog catalog)
    {
        long order = 0;
        foreach (var (tensor, model, source) in Sources(plan))
        {
            if (!CanSkip(source))
                continue;
            var weight = plan.Tensors[tensor].Parameters.Of(model, "weight");
            var blocks = catalog.Blocks(tensor, model);
            for (var number = 0; number < blocks.Length; number++)
            {
                var size = BlockStatistics.LengthOf(source.Tensor.ElementCount, number) * (long)source.Tensor.Type.ByteSize();
                var importance = weight * weight * blocks[number].Energy / size;
                // What is not finite is read, so that the merge fails by name and not silently well.
                yield return new Block(tensor, model, number, size, float.IsFinite(blocks[number].Largest) ? importance : double.PositiveInfinity, order++);
            }
        }
    }

    private static PlannedTensor Without(PlannedTensor tensor, bool[][] skipped) => skipped.All(blocks => !blocks.Contains(true))
        ? tensor
        : tensor.With([.. tensor.Models.Select((source, model) =>
            skipped[model].Contains(true) ? new PartlyReadTensor(source, tensor.Base!, [.. skipped[model]]) : source)]);

    private static ReadBudgetReport Report(MergePlan plan, TaskVectorCatalog catalog, bool[][][] skipped)
    {
        var shares = new OrderedDictionary<(string Model, Component Component), SkippedShare>();
        foreach (var (tensor, model, source) in Sources(plan))
        {
            var key = (source.Model, plan.Tensors[tensor].Place.Component);
            var share = shares.GetValueOrDefault(key) ?? new SkippedShare(source.Model, key.Component, 0, 0, 0, 0, 0, 0);
            var blocks = catalog.Blocks(tensor, model);
            for (var number = 0; number < blocks.Length; number++)
            {
                var isOut = skipped[tensor][model][number];
                var bytes = CanSkip(source) ? BlockStatistics.LengthOf(source.Tensor.ElementCount, number) * (long)source.Tensor.Type.ByteSize() : 0;
                share = share with
                {
                    Blocks = share.Blocks + 1, SkippedBlocks = share.SkippedBlocks + (isOut ? 1 : 0),
                    Bytes = share.Bytes + bytes, SkippedBytes = share.SkippedBytes + (isOut ? bytes : 0),
                    Energy = share.Energy + blocks[number].Energy, SkippedEnergy = share.SkippedEnergy + (isOut ? blocks[number].Energy : 0),
                };
            }

            shares[key] = share with { Bytes = share.Bytes + (CanSkip(source) ? 0 : source.BytesToRead) };
        }

        return new ReadBudgetReport([.. shares.Values]);
    }

    private sealed record Block(int Tensor, int Model, int Number, long Bytes, double Importance, long Order);
}
