using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>
/// Loads a YAML document that may be hostile. The parser's events are counted before any tree is built: nesting, size and aliases are limited, and keys
/// must be plain scalars (hashing a key that is itself a tree of aliases takes exponential time).
/// </summary>
internal static class BoundedYaml
{
    private const int LongestText = 4 << 20;
    private const int DeepestNesting = 32;
    private const int MostNodes = 200_000;
    private const int MostAliases = 1_000;
    private const int MostDocuments = 100;

    /// <summary>The roots of the documents of <paramref name="text"/>, at least one; documents without content are passed over.</summary>
    /// <exception cref="RecipeException">No YAML, no document, or past the limits.</exception>
    public static IReadOnlyList<YamlNode> Load(string text, string sourceName)
    {
        if (text.Length > LongestText)
            throw new RecipeException(sourceName, 1, 1, "the document is larger than 4 MB; a recipe is a few kilobytes");
        var parser = new Parser(new StringReader(text));
        try
        {
            Check(parser, sourceName);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            var roots = stream.Documents.Select(document => document.RootNode)
                .Where(root => root is not YamlScalarNode { Value: null or "", Style: ScalarStyle.Plain }).ToArray();
            return roots.Length > 0
                ? roots
                : throw new RecipeException(sourceName, 1, 1, "the document is empty; a recipe needs at least merge_method and models");
        }
        catch (YamlException problem)
        {
            throw new RecipeException(sourceName, problem.Start.Line, problem.Start.Column, $"this is not valid YAML: {problem.Message}");
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or FormatException
            or NullReferenceException or IndexOutOfRangeException)
        {
            // On some broken texts YamlDotNet trips over its own state instead.
            var near = parser.Current?.End ?? Mark.Empty;
            throw new RecipeException(sourceName, near.Line, near.Column, $"this is not valid YAML, here or after: {problem.Message}");
        }
    }

    private static void Check(Parser parser, string sourceName)
    {
        var levels = new Stack<Level>();
        int documents = 0, nodes = 0, aliases = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            switch (current)
            {
                case DocumentStart when ++documents > MostDocuments:
                    throw Refusal($"more than {MostDocuments} documents");
                case AnchorAlias when ++aliases > MostAliases:
                    throw Refusal($"more than {MostAliases} aliases");
                case MappingEnd or SequenceEnd:
                    levels.Pop();
                    continue;
                case not NodeEvent and not AnchorAlias:
                    continue;
            }

            if (++nodes > MostNodes)
                throw Refusal($"more than {MostNodes} values");
            if (levels.TryPeek(out var level) && level.IsKeyNext() && current is not Scalar)
                throw Refusal("a key must be a plain word");
            if (current is MappingStart or SequenceStart)
            {
                if (levels.Count >= DeepestNesting)
                    throw Refusal($"nested deeper than {DeepestNesting} levels");
                levels.Push(new Level(current is MappingStart));
            }

            RecipeException Refusal(string problem) => new(sourceName, current.Start.Line, current.Start.Column, problem);
        }
    }

    private sealed class Level(bool isMapping)
    {
        private int _children;

        /// <summary>Counts a child; true when it stands in the place of a key.</summary>
        public bool IsKeyNext() => _children++ % 2 == 0 && isMapping;
    }
}
