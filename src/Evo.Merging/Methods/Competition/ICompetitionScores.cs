using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Competition;

/// <summary>Scores of the elements of competing task vectors, by one of the forms. All model blocks of a run hold task vectors when it is asked.</summary>
internal interface ICompetitionScores
{
    /// <summary>Called once for a run, before its scores: computes what the models share. May use scratch block 2.</summary>
    void Begin(TensorRun run, int models);

    /// <summary>The scores of one model, 0 or more; what is dropped has 0. May use scratch block 1.</summary>
    void Score(TensorRun run, int model, string tensor, Block score);

    /// <summary>What the scores weigh: the task vector, or what the form makes of it. May use scratch blocks 4 and 5; the result may be one of them.</summary>
    Block Value(TensorRun run, int model);
}
