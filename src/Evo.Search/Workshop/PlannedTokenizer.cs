using Evo.Inference.Tokenizers;
using Evo.Merging.Planning;

namespace Evo.Search.Workshop;

/// <summary>The tokenizer of a planned model: the donor's, or the one that the plan makes of several.</summary>
internal static class PlannedTokenizer
{
    /// <exception cref="Evo.Checkpoints.CheckpointException">It is of a kind that cannot be run.</exception>
    public static NativeTokenizer Open(MergePlan plan)
    {
        if (plan.TokenizerId is null)
            return NativeTokenizer.Open(plan.Donor.Path);
        var folder = Directory.CreateTempSubdirectory("evo-tokenizer-");
        try
        {
            foreach (var file in plan.Companions)
                file.Write(folder.FullName);
            File.WriteAllText(Path.Combine(folder.FullName, "config.json"), plan.OutputConfig.ToJsonString());
            return NativeTokenizer.Open(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
