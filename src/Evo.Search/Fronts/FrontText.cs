using System.Globalization;
using System.Text;
using System.Text.Json;
using Evo.Search.Runs;

namespace Evo.Search.Fronts;

/// <summary>A front as JSON and as CSV. Numbers are the shortest that read back bit for bit.</summary>
public static class FrontText
{
    /// <summary>The document of <c>evo pareto --format json</c>, with a line end.</summary>
    public static string ToJson(FrontDocument front) => RunJson.WriteDocument(front);

    /// <exception cref="JsonException">The text is no front.</exception>
    public static FrontDocument FromJson(string json) => RunJson.Read<FrontDocument>(json);

    /// <summary>
    /// One row a member, then one a baseline: kind, id, name, generation, then for every objective its value, standard error and items on
    /// the search split and on the report split (empty when unknown), then the genome.
    /// </summary>
    public static string ToCsv(FrontDocument front)
    {
        ArgumentNullException.ThrowIfNull(front);
        var text = new StringBuilder("kind,id,name,generation");
        foreach (var objective in front.Objectives)
        {
            foreach (var column in (ReadOnlySpan<string>)["", "_error", "_items", "_report", "_report_error", "_report_items"])
                text.Append(',').Append(Field(objective.Name + column));
        }

        text.Append(",genome\n");
        foreach (var member in front.Members)
        {
            text.Append(CultureInfo.InvariantCulture, $"member,{member.Id},,{member.Generation}");
            Scores(text, front, member.Objectives, member.Report);
            text.Append(',').Append(string.Join(' ', member.Genome.Select(Number))).Append('\n');
        }

        foreach (var baseline in front.Parents)
        {
            text.Append(CultureInfo.InvariantCulture, $"{baseline.Kind},{baseline.Id},{Field(baseline.Name)},");
            Scores(text, front, baseline.Objectives, baseline.Report);
            text.Append(",\n");
        }

        return text.ToString();
    }

    private static void Scores(
        StringBuilder text, FrontDocument front, OrderedDictionary<string, ScoredValue> search, OrderedDictionary<string, ScoredValue>? report)
    {
        foreach (var objective in front.Objectives)
        {
            Score(text, search.GetValueOrDefault(objective.Name));
            Score(text, report?.GetValueOrDefault(objective.Name));
        }
    }

    private static void Score(StringBuilder text, ScoredValue? score)
    {
        if (score is null)
            text.Append(",,,");
        else
            text.Append(CultureInfo.InvariantCulture, $",{Number(score.Value)},{Number(score.StandardError)},{score.Items}");
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
