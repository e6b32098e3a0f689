using System.Globalization;
using Evo.Search.Spaces;

namespace Evo.Search.Loop;

/// <summary>Why a loop ends, before the front is drawn up.</summary>
internal sealed record Ending(SearchEnd End, string Reason, bool Rescore = false);

/// <summary>
/// Says when a budget is used up. Limits of evaluations, hours, money and tokens are looked at before every proposal, so a run may end
/// inside a generation: its answered proposals are in the archive and on the front, the optimizer is told when the generation is complete
/// (after <c>resume</c>), and the course of the search is that of a run with the larger budget from the start.
/// </summary>
internal static class BudgetWatch
{
    private const int GenerationsWithoutNews = 50;

    /// <summary>
    /// A search limited by time, money or tokens alone would go on asking for what it knows when the space is exhausted or the algorithm
    /// has converged: it ends after 50 generations without a new candidate.
    /// </summary>
    /// <param name="generations">Completed generations.</param>
    /// <param name="newest">The last generation that proposed a candidate for the first time.</param>
    public static Ending? Exhausted(Budget budget, int generations, int newest) =>
        budget is { Generations: null, Evaluations: null } && generations - newest >= GenerationsWithoutNews
            ? new Ending(SearchEnd.Finished, Text($"the last {GenerationsWithoutNews} generations proposed nothing new"), Rescore: true)
            : null;

    /// <param name="generations">Completed generations.</param>
    /// <param name="evaluations">Proposals answered.</param>
    /// <param name="activeSeconds">Over all sessions.</param>
    public static Ending? Reached(Budget budget, int generations, long evaluations, double activeSeconds, double usd, long tokens)
    {
        if (budget.Generations <= generations)
            return new Ending(SearchEnd.Finished, Text($"the budget of {budget.Generations} generations is used up"), Rescore: true);
        if (budget.Evaluations <= evaluations)
            return new Ending(SearchEnd.Finished, Text($"the budget of {budget.Evaluations} evaluations is used up"), Rescore: true);
        if (budget.Hours * 3600 <= activeSeconds)
            return new Ending(SearchEnd.BudgetReached, Text($"the budget of {budget.Hours} hours is used up"), Rescore: true);
        if (budget.Usd <= usd)
            return new Ending(SearchEnd.BudgetReached, Text($"the budget of {budget.Usd} USD is used up"));
        if (budget.Tokens <= tokens)
            return new Ending(SearchEnd.BudgetReached, Text($"the budget of {budget.Tokens} tokens is used up"));
        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
