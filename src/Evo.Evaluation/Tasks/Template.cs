using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Evaluation.Tasks;

/// <summary>
/// Text with fields of an item in braces: <c>{question}</c>, <c>{question.stem}</c>, <c>{choices.0}</c>; <c>{{</c> and <c>}}</c> stand for the
/// braces themselves. A string is put in as it is; numbers, true, false, lists and objects as their JSON text.
/// </summary>
internal sealed class Template
{
    private readonly ImmutableArray<Piece> _pieces;

    private Template(ImmutableArray<Piece> pieces) => _pieces = pieces;

    private readonly record struct Piece(string Text, bool IsField);

    /// <summary>The text is the same for every item.</summary>
    internal bool IsConstant => !_pieces.Any(piece => piece.IsField);

    /// <exception cref="TemplateException">A brace that opens or closes nothing, or a field without a name.</exception>
    internal static Template Parse(string text)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character is not ('{' or '}'))
            {
                literal.Append(character);
            }
            else if (i + 1 < text.Length && text[i + 1] == character)
            {
                literal.Append(character);
                i++;
            }
            else if (character == '}')
            {
                throw new TemplateException($"the '}}' at character {i + 1} closes nothing; write '}}}}' for the brace itself");
            }
            else
            {
                var end = text.AsSpan(i + 1).IndexOfAny('{', '}');
                if (end < 0 || text[i + 1 + end] != '}')
                    throw new TemplateException($"the '{{' at character {i + 1} is never closed; write '{{{{' for the brace itself");
                if (end == 0)
                    throw new TemplateException($"'{{}}' at character {i + 1} names no field");
                if (literal.Length > 0)
                    pieces.Add(new Piece(literal.ToString(), IsField: false));
                literal.Clear();
                pieces.Add(new Piece(text.Substring(i + 1, end), IsField: true));
                i += end + 1;
            }
        }

        if (literal.Length > 0)
            pieces.Add(new Piece(literal.ToString(), IsField: false));
        return new Template(pieces.ToImmutable());
    }

    /// <summary>The text for one item.</summary>
    /// <exception cref="TemplateException">The item has no such field, or it is null.</exception>
    internal string Render(JsonObject fields)
    {
        if (_pieces.Length == 1 && !_pieces[0].IsField)
            return _pieces[0].Text;
        var text = new StringBuilder();
        foreach (var piece in _pieces)
            text.Append(piece.IsField ? AsText(Field(fields, piece.Text)) : piece.Text);
        return text.ToString();
    }

    /// <summary>When the template is one field and nothing else: that field's value. Otherwise null.</summary>
    /// <exception cref="TemplateException">The item has no such field, or it is null.</exception>
    internal JsonNode? SingleField(JsonObject fields)
        => _pieces.Length == 1 && _pieces[0].IsField ? Field(fields, _pieces[0].Text) : null;

    /// <summary>A value as it is put into text.</summary>
    internal static string AsText(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : JsonText.Of(value);

    private static JsonNode Field(JsonObject fields, string path)
    {
        if (fields.TryGetPropertyValue(path, out var node))
            return node ?? throw new TemplateException($"the field '{path}' is null");

        node = fields;
        foreach (var name in path.Split('.'))
        {
            node = node switch
            {
                JsonObject inner when inner.TryGetPropertyValue(name, out var value) => value,
                JsonArray list when int.TryParse(name, out var index) && index >= 0 && index < list.Count => list[index],
                _ => throw new TemplateException($"there is no field '{path}'; the item has {Names(fields)}"),
            };
        }

        return node ?? throw new TemplateException($"the field '{path}' is null");
    }

    private static string Names(JsonObject fields)
        => fields.Count == 0 ? "none" : string.Join(", ", fields.Select(field => field.Key).Take(12)) + (fields.Count > 12 ? ", ..." : "");
}
