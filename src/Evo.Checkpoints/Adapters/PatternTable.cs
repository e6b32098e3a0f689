using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Evo.Checkpoints.Files;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// <c>rank_pattern</c> or <c>alpha_pattern</c>: numbers by module. A key is a regular expression for the module's name or for its end after a dot; the
/// first that holds decides. Matching takes linear time, whatever the expression.
/// </summary>
internal sealed class PatternTable
{
    private const int MostEntries = 100_000;
    private const int MostExpressions = 1_000;
    private const int LongestPattern = 1_000;

    private readonly List<(Func<string, bool> Matches, double Value)> _entries = [];

    /// <exception cref="CheckpointException">Not an object of numbers, an expression that is none, or far too many.</exception>
    public static PatternTable Of(AdapterConfig config, string key)
    {
        var table = new PatternTable();
        if (config.Json[key] is null)
            return table;
        if (config.Json[key] is not JsonObject entries || entries.Count > MostEntries)
            throw config.Refusal($"'{key}' must be an object of at most {MostEntries} module names with numbers");
        var expressions = 0;
        foreach (var (pattern, node) in entries)
        {
            if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number || !value.TryGetValue<double>(out var number)
                || !double.IsFinite(number))
                throw config.Refusal($"'{key}': the value of {Quoted.Name(pattern)} must be a finite number");
            if (pattern.Length > LongestPattern)
                throw config.Refusal($"'{key}': {Quoted.Name(pattern)} is longer than {LongestPattern} characters");
            if (IsLiteral(pattern))
                table._entries.Add((module => EndsWith(module, pattern), number));
            else if (++expressions > MostExpressions)
                throw config.Refusal($"'{key}' has more than {MostExpressions} regular expressions");
            else
                table._entries.Add((Expression(config, key, pattern).IsMatch, number));
        }

        return table;
    }

    /// <summary>The value of the first pattern that holds for the module.</summary>
    public double? Find(string module)
    {
        foreach (var (matches, value) in _entries)
            if (matches(module))
                return value;
        return null;
    }

    private static bool IsLiteral(string pattern) => pattern.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    /// <summary>The whole name, or its end after a dot; a dot of the pattern stands for any character.</summary>
    private static bool EndsWith(string module, string pattern)
    {
        var start = module.Length - pattern.Length;
        if (start < 0 || (start > 0 && module[start - 1] != '.'))
            return false;
        for (var i = 0; i < pattern.Length; i++)
            if (pattern[i] != '.' && pattern[i] != module[start + i])
                return false;
        return true;
    }

    private static Regex Expression(AdapterConfig config, string key, string pattern)
    {
        try
        {
            return new Regex($@"^(.*\.)?({pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            throw new CheckpointException(config.Path, $"'{key}': {Quoted.Name(pattern)} is no regular expression that can be used: {problem.Message}", problem);
        }
    }
}
