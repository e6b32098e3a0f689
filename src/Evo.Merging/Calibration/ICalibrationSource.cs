namespace Evo.Merging.Calibration;

/// <summary>
/// Where a merge gets statistics of its models from. Merging itself runs no model: whoever can (the inference engine's side) implements this and
/// hands it over in <see cref="Planning.ParentModels.Calibration"/>. Members are safe to call from many threads.
/// </summary>
public interface ICalibrationSource
{
    /// <summary>Makes sure, without work, that statistics of a model can be had: its architecture can be run, its texts and files are there.</summary>
    /// <param name="model">The model's name in the recipe.</param>
    /// <exception cref="RecipeException">They cannot; the message names the key and the remedy.</exception>
    void Require(string model, CalibrationKinds kinds);

    /// <summary>A text that is equal only for equal statistics: by the content of texts and settings, never by paths. Nothing is computed for it.</summary>
    string ContentIdOf(string model, CalibrationKinds kinds);

    /// <summary>A model's statistics, read from where they are kept, or computed now and kept.</summary>
    /// <exception cref="RecipeException">As <see cref="Require"/>.</exception>
    IModelStatistics Of(string model, CalibrationKinds kinds);
}

/// <summary>The statistics of one model.</summary>
public interface IModelStatistics
{
    /// <summary>What is known of a tensor, by the model's own name for it; null when that is nothing (embeddings, biases without gradients).</summary>
    ITensorStatistics? Find(string tensor);
}

/// <summary>
/// Statistics of one tensor. Channels are those that a linear map reads; of a norm's scale, which has no channels to mix, those that it puts out. What was
/// not asked for throws <see cref="InvalidOperationException"/>. Spans are valid as long as the source.
/// </summary>
public interface ITensorStatistics
{
    /// <summary>Input channels; 0 when nothing is known of inputs.</summary>
    int Channels { get; }

    /// <summary>Mean |x| of each channel.</summary>
    ReadOnlySpan<float> MeanMagnitudes { get; }

    /// <summary>Mean x² of each channel.</summary>
    ReadOnlySpan<float> SecondMoments { get; }

    /// <summary>True when <see cref="Gram"/> can be read: of linear maps, where <see cref="CalibrationKinds.Grams"/> was asked for.</summary>
    bool HasGram { get; }

    /// <summary>Rows [first, first + count) of the mean of x xᵀ, [channels, channels] and symmetric.</summary>
    ReadOnlySpan<float> Gram(int first, int count);

    /// <summary>True when <see cref="Curvature"/> can be read.</summary>
    bool HasCurvature { get; }

    /// <summary>Fisher information or optimizer state of elements [first, first + count) of the tensor; 0 or more.</summary>
    ReadOnlySpan<float> Curvature(long first, int count);

    /// <summary>Root mean square of the Fisher information over all tensors of the model that have some; NaN for optimizer states.</summary>
    double CurvatureRootMeanSquare { get; }
}
