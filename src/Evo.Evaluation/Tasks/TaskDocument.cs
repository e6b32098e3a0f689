using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Evo.Evaluation.Tasks;

/// <summary>A scalar of the task file with its place (1-based).</summary>
internal readonly record struct YamlText(string Text, long Line, long Column);

/// <summary>A key of the task file: its place, and the scalar or the list of scalars that it holds.</summary>
internal sealed record YamlEntry(string Key, long Line, long Column, ImmutableArray<YamlText> Values, bool IsList);

/// <summary>
/// A task file as it stands: one mapping of keys to scalars or lists of scalars. It is read from YAML's event stream, which neither nests nor
/// expands aliases, so that no file, however hostile, costs more than its own length.
/// </summary>
internal sealed class TaskDocument
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, YamlEntry> _entries = new(StringComparer.Ordinal);

    private TaskDocument(string path) => FilePath = path;

    internal string FilePath { get; }

    internal IEnumerable<YamlEntry> Entries => _entries.Values;

    internal YamlEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <exception cref="TaskException">The file cannot be read or is no such mapping.</exception>
    internal static TaskDocument Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path, StrictUtf8);
            return Parse(path, reader.ReadToEnd());
        }
        catch (DecoderFallbackException exception)
        {
            throw new TaskException(path, "is no valid UTF-8", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TaskException(path, $"the task file cannot be read: {exception.Message}", exception);
        }
    }

    private static TaskDocument Parse(string path, string yaml)
    {
        var document = new TaskDocument(path);
        var events = new Parser(new StringReader(yaml));
        try
        {
            events.Consume<StreamStart>();
            if (!events.TryConsume<DocumentStart>(out _))
                throw new TaskException(path, "is empty; a task needs at least kind, data and metric");
            if (!events.TryConsume<MappingStart>(out _))
                throw document.Fault(events.Current!, "a task file is a mapping of keys to values");
            while (!events.TryConsume<MappingEnd>(out _))
                document.Add(events);
            events.Consume<DocumentEnd>();
            if (!events.Accept<StreamEnd>(out _))
                throw document.Fault(events.Current!, "one file holds one task; put the second document into a file of its own");
        }
        catch (YamlException exception)
        {
            throw new TaskException(path, exception.Start.Line, exception.Start.Column, $"is no valid YAML: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not TaskException)
        {
            // On some broken texts (a list that a quoted text breaks off, for one) YamlDotNet trips over its own state instead.
            var last = events.Current?.End ?? Mark.Empty;
            throw new TaskException(path, last.Line, last.Column, "is no valid YAML from here on", exception);
        }

        return document;
    }

    private void Add(Parser events)
    {
        if (!events.TryConsume<Scalar>(out var key))
            throw Fault(events.Current!, "a key must be plain text");
        var values = ImmutableArray.CreateBuilder<YamlText>();
        var isList = events.TryConsume<SequenceStart>(out _);
        if (isList)
        {
            while (!events.TryConsume<SequenceEnd>(out _))
                values.Add(Value(events, key.Value));
        }
        else
        {
            values.Add(Value(events, key.Value));
        }

        var entry = new YamlEntry(key.Value, key.Start.Line, key.Start.Column, values.ToImmutable(), isList);
        if (!_entries.TryAdd(entry.Key, entry))
            throw Fault(key, $"the key '{entry.Key}' stands on line {_entries[entry.Key].Line} already");
    }

    private YamlText Value(Parser events, string key)
    {
        if (!events.TryConsume<Scalar>(out var value))
            throw Fault(events.Current!, $"'{key}' takes a value or a list of values, without nesting, anchors or aliases");
        if (value is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" })
            throw Fault(value, $"'{key}' has no value; write \"\" for an empty text, or leave the key out");
        return new YamlText(value.Value, value.Start.Line, value.Start.Column);
    }

    private TaskException Fault(ParsingEvent at, string problem) => new(FilePath, at.Start.Line, at.Start.Column, problem);
}
