namespace Evo.Merging.Recipes;

/// <summary>Reads model references: a text, or mergekit's long form <c>{model: {path, revision}, lora: {path, revision}}</c>.</summary>
internal static class ModelReader
{
    public static string Required(RecipeNode item, Dictionary<string, RecipeNode> fields) =>
        OrNull(fields, "model") ?? throw item.Refuse("'model' is missing");

    public static string? OrNull(Dictionary<string, RecipeNode> fields, string key) =>
        fields.TryGetValue(key, out var node) ? Read(node, $"'{key}'") : null;

    public static string Read(RecipeNode node, string what)
    {
        if (!node.IsMapping)
            return Checked(node, node.Text(what));
        var fields = node.Mapping(what, RecipeKeys.Reference);
        if (fields.TryGetValue("override_architecture", out var architecture))
            throw architecture.Refuse($"'override_architecture': {RecipeKeys.Refused["override_architecture"]}");
        var model = fields.TryGetValue("model", out var path) ? Path(path, "'model'") : throw node.Refuse("'model' is missing");
        return Checked(node, fields.TryGetValue("lora", out var adapter) ? $"{model}+{Path(adapter, "'lora'")}" : model);
    }

    private static string Path(RecipeNode node, string what)
    {
        if (!node.IsMapping)
            return node.Text(what);
        var fields = node.Mapping(what, RecipeKeys.Path);
        var path = fields.TryGetValue("path", out var text) ? text.Text("'path'") : throw node.Refuse("'path' is missing");
        if (path.AsSpan().ContainsAny('+', '@'))
            throw text.Refuse($"'{path}': a path with '+' or '@' in it cannot be told from an adapter or a revision; rename the folder or link to it");
        return fields.TryGetValue("revision", out var revision) ? $"{path}@{revision.Text("'revision'")}" : path;
    }

    private static string Checked(RecipeNode node, string text) =>
        ModelReference.TryParse(text, out _, out var problem) ? text : throw node.Refuse(problem);
}
