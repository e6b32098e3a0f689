using System.Collections.Immutable;
using System.Text;
using Evo.Evaluation.Calibration;

namespace Evo.Evaluation.Probes;

/// <summary>Short texts of one kind.</summary>
/// <param name="Name">In capitals: <c>REASONING</c>, ...</param>
public sealed record ProbeSet(string Name, ImmutableArray<string> Texts);

/// <summary>
/// The texts by which it is seen what a model's layers answer to: five kinds, and generic ones to compare with. There are some of our own inside the program; a folder
/// of text files replaces them.
/// </summary>
public static class ProbeSets
{
    /// <summary>The set that the others are compared with.</summary>
    public const string Generic = "GENERIC";

    /// <summary>The kinds in their order; a folder may hold others beside them.</summary>
    public static ImmutableArray<string> Names { get; } = ["REASONING", "CODE", "MATH", "KNOWLEDGE", "LANGUAGE", Generic];

    /// <summary>The program's own sets.</summary>
    public static ImmutableArray<ProbeSet> BuiltIn { get; } = [.. Names.Select(name => new ProbeSet(name, Embedded(name)))];

    /// <summary>
    /// The sets of a folder, one file each, named by the file (<c>math.txt</c>, <c>law.jsonl</c>; read as calibration texts are), with the program's own for those of
    /// <see cref="Names"/> that it does not hold.
    /// </summary>
    /// <exception cref="Evo.Merging.RecipeException">The folder is missing, a file of it holds no text, or two are of one name.</exception>
    public static ImmutableArray<ProbeSet> Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new Evo.Merging.RecipeException($"there is no folder '{folder}' with probe texts; it holds files such as math.txt and generic.txt");
        var files = Directory.EnumerateFiles(folder)
            .Where(path => Path.GetExtension(path).ToUpperInvariant() is ".TXT" or ".JSONL" or ".YAML" or ".YML")
            .Order(StringComparer.Ordinal)
            .ToLookup(path => Path.GetFileNameWithoutExtension(path).ToUpperInvariant(), StringComparer.Ordinal);
        if (files.FirstOrDefault(set => set.Count() > 1) is { } several)
            throw new Evo.Merging.RecipeException($"{folder}: {string.Join(" and ", several.Select(Path.GetFileName))} are one probe set, {several.Key}; keep one file of them");
        var own = files.ToDictionary(set => set.Key, set => new ProbeSet(set.Key, CalibrationTexts.Read(set.Single())), StringComparer.Ordinal);
        return
        [
            .. BuiltIn.Select(set => own.GetValueOrDefault(set.Name, set)),
            .. own.Values.Where(set => !Names.Contains(set.Name)).OrderBy(set => set.Name, StringComparer.Ordinal),
        ];
    }

    private static ImmutableArray<string> Embedded(string name)
    {
        using var stream = typeof(ProbeSets).Assembly.GetManifestResourceStream($"Evo.Evaluation.Probes.{name.ToLowerInvariant()}.txt")
            ?? throw new InvalidOperationException($"the probe set {name} is not in the program");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return CalibrationTexts.Paragraphs(reader.ReadToEnd());
    }
}
