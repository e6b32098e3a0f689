namespace Evo.EndToEnd.Tests;

/// <summary>The quickstart, cut down to seconds.</summary>
internal static class Small
{
    public const int Generations = 3;

    public const int Population = 6;

    public static readonly string[] Search =
    [
        "--set", $"search.budget.generations={Generations}",
        "--set", $"search.population={Population}",
        "--set", "splits.search=0.1",
        "--set", "splits.report=0.05",
    ];
}
