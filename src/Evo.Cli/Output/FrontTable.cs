using System.Globalization;
using Evo.Optimization;
using Evo.Search.Fronts;
using Evo.Search.Runs;
using Spectre.Console;

namespace Evo.Cli.Output;

/// <summary>A front for people: members first, then base, parents and the uniform merge, with standard errors and held-out scores.</summary>
internal static class FrontTable
{
    /// <param name="most">At most so many members: those that together hold the most hypervolume.</param>
    public static void Write(IAnsiConsole console, FrontDocument front, int most = int.MaxValue)
    {
        var members = FrontMembers.Representatives(front, most);
        var betterThanUniform = FrontMembers.DominatingUniform(front);
        var heldOut = HeldOutObjectives(front);
        var table = new Table().Border(TableBorder.Simple).AddColumn("candidate").AddColumn(new TableColumn("gen").RightAligned());
        foreach (var objective in front.Objectives)
        {
            table.AddColumn(new TableColumn(Heading(objective)).RightAligned());
            if (heldOut.Contains(objective.Name)) table.AddColumn(new TableColumn("held out").RightAligned());
        }

        foreach (var member in members)
        {
            var mark = betterThanUniform.Contains(member.Id) ? "*" : "";
            Add(ScoreText.ShortId(member.Id) + mark, member.Generation.ToString(CultureInfo.InvariantCulture), member.Objectives, member.Report);
        }

        if (front.Members.Length > 0) table.AddEmptyRow();
        foreach (var baseline in front.Parents)
        {
            var name = baseline.Invalid is null ? baseline.Name : $"{baseline.Name} (invalid)";
            Add(name, baseline.Kind, baseline.Objectives, baseline.Report);
        }

        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"generation {front.Generation}, {front.Evaluations} evaluations, {front.Members.Length} on the front, hypervolume {front.Hypervolume:0.0000} from ({string.Join(", ", front.ReferencePoint.Select(ScoreText.Value))})"));
        console.Write(table);
        if (members.Length < front.Members.Length)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{members.Length} of {front.Members.Length} members, those that hold the most hypervolume"));
        }

        if (betterThanUniform.Count > 0)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"* {betterThanUniform.Count} of {front.Members.Length} dominate the uniform merge"));
        }

        void Add(string name, string generation, OrderedDictionary<string, ScoredValue> search, OrderedDictionary<string, ScoredValue>? report)
        {
            var row = new List<string> { Markup.Escape(name), generation };
            foreach (var objective in front.Objectives)
            {
                row.Add(ScoreText.Of(search.GetValueOrDefault(objective.Name)));
                if (heldOut.Contains(objective.Name)) row.Add(ScoreText.Of(report?.GetValueOrDefault(objective.Name)));
            }

            table.AddRow([.. row]);
        }
    }

    /// <summary>Objectives with a held-out score somewhere; a measure of the weights never has one.</summary>
    private static HashSet<string> HeldOutObjectives(FrontDocument front) =>
        [.. front.Members.Select(member => member.Report).Concat(front.Parents.Select(parent => parent.Report)).SelectMany(report => report?.Keys ?? Enumerable.Empty<string>())];

    private static string Heading(FrontObjective objective)
    {
        var direction = objective.Goal == Goal.Maximize ? "↑" : "↓";
        return Markup.Escape($"{objective.Name} {direction}") + (objective.ReportOnly is true ? " (report only)" : "");
    }
}
