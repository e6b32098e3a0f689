namespace Evo.Merging.Methods.Spectral;

/// <summary>Parameters that spectral methods declare alike.</summary>
internal static class SpectralParameters
{
    /// <summary>What is done with a tensor that the method itself does not treat; the first three of <see cref="Embeddings"/>.</summary>
    public const string Average = "average";
    public const string TaskArithmetic = "task_arithmetic";
    public const string Base = "base";
    public const string AsMatrices = "as_matrices";

    /// <summary>Factor on one model's part: its singular values in the matrices, its task vector elsewhere.</summary>
    public static MethodParameter Weight { get; } = CommonParameters.Weight(2) with { Default = 1, Description = "factor on the model's singular values" };

    public static MethodParameter Embeddings { get; } = MethodParameter.OneOf(
        "embeddings",
        "embedding and head: mean of the task vectors, their sum, the base's tensor, or merged as the matrices in the layers are",
        Average, TaskArithmetic, Base, AsMatrices);

    public static MethodParameter Vectors { get; } = MethodParameter.OneOf(
        "vectors", "norms, biases and whatever is no matrix of attention or feed-forward: mean of the task vectors, their sum, or the base's tensor",
        Average, TaskArithmetic, Base);

    public static MethodParameter RankFraction { get; } = new(
        "rank_fraction", ParameterScope.Global, 1, 0, 1, 0.25, 1,
        "fraction of the ranks that a model may fill; a new value means new factors, so fix it where candidates have to be cheap");

    /// <summary>The parameter with another default.</summary>
    public static MethodParameter WithDefault(this MethodParameter parameter, string choice) =>
        parameter with { Default = parameter.Choices.IndexOf(choice) };
}
