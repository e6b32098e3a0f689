namespace Evo.Evaluation.Scoring;

/// <summary>Scores that rest on the log-likelihood of given texts. Where a task has choices, a loss is the right choice's.</summary>
internal static class LikelihoodScores
{
    /// <summary>Is the right choice the most likely one (the first of equals counts), or is every token of the text the most likely one?</summary>
    internal static Measurement Accuracy(Response response) => response switch
    {
        Response.Chosen chosen => Chosen(chosen, choice => choice.LogLikelihood),
        Response.Rated rated => new Measurement(rated.Text.IsGreedy ? 1 : 0),
        _ => throw Unfit(response),
    };

    internal static Measurement AccuracyPerByte(Response response) => response switch
    {
        Response.Chosen chosen => Chosen(chosen, choice => choice.LogLikelihood / choice.Bytes),
        _ => throw Unfit(response),
    };

    internal static Measurement LogLikelihood(Response response) => new(Target(response).LogLikelihood);

    /// <summary>−ln p(text) / tokens, weighted by tokens: the mean over items is the loss per token of the whole corpus.</summary>
    internal static Measurement NatsPerToken(Response response)
    {
        var text = Target(response);
        return new Measurement(-text.LogLikelihood / text.Tokens, text.Tokens);
    }

    /// <summary>−log₂ p(text) / bytes, weighted by bytes; comparable across tokenizers.</summary>
    internal static Measurement BitsPerByte(Response response)
    {
        var text = Target(response);
        return new Measurement(-text.LogLikelihood / Math.Log(2) / text.Bytes, text.Bytes);
    }

    private static Measurement Chosen(Response.Chosen response, Func<RatedText, double> value)
    {
        var best = 0;
        for (var i = 1; i < response.Choices.Length; i++)
        {
            if (value(response.Choices[i]) > value(response.Choices[best]))
                best = i;
        }

        return new Measurement(best == response.Right ? 1 : 0, Choice: best);
    }

    private static RatedText Target(Response response) => response switch
    {
        Response.Rated rated => rated.Text,
        Response.Chosen chosen => chosen.Choices[chosen.Right],
        _ => throw Unfit(response),
    };

    private static InvalidOperationException Unfit(Response response)
        => new($"a likelihood metric cannot score a {response.GetType().Name} response");
}
