namespace Evo.Search.Loop;

/// <summary>How the scoring of one candidate on one split ended.</summary>
internal abstract record Scoring
{
    private Scoring()
    {
    }

    /// <summary>Every subject has a score in the store.</summary>
    public sealed record Complete : Scoring;

    /// <summary>The candidate's own fault; stored.</summary>
    public sealed record Invalid(string Reason) : Scoring;

    /// <summary>The machine's fault, again and again.</summary>
    public sealed record GaveUp(string Reason) : Scoring;

    /// <summary>Told to stop; what was finished is stored.</summary>
    public sealed record Interrupted : Scoring;
}
