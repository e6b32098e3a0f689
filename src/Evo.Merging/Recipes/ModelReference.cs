using System.Diagnostics.CodeAnalysis;

namespace Evo.Merging.Recipes;

/// <summary>
/// A model as recipes name it: <c>path</c>, <c>path+adapter</c>, each with an optional <c>@revision</c>. The text of a reference is the model's name
/// everywhere: <see cref="ToString"/> gives back what <see cref="TryParse"/> has read.
/// </summary>
/// <param name="Path">A folder, or <c>owner/name</c> of a model hub.</param>
/// <param name="Revision">Of the hub's model; null for its main branch and for folders.</param>
/// <param name="Adapter">A PEFT folder that is applied to the model; null for the model as it is.</param>
public readonly record struct ModelReference(string Path, string? Revision, string? Adapter, string? AdapterRevision)
{
    /// <summary>The model without its adapter.</summary>
    public string Model => Join(Path, Revision);

    /// <summary>The adapter with its revision; null when there is none.</summary>
    public string? AdapterReference => Adapter is null ? null : Join(Adapter, AdapterRevision);

    /// <summary>Reads a reference.</summary>
    /// <param name="problem">What is wrong with the text, when it is none.</param>
    public static bool TryParse(string text, out ModelReference reference, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        reference = default;
        var parts = text.Split('+');
        if (parts.Length > 2)
            problem = $"'{text}' has more than one '+'; a model is given as path or path+adapter";
        else if (Array.Exists(parts, part => part.Split('@').Length > 2))
            problem = $"'{text}' has more than one '@'; a revision is given as path@revision";
        else if (Array.Exists(parts, part => part.Split('@').Any(string.IsNullOrWhiteSpace)))
            problem = $"'{text}' lacks a path, an adapter or a revision";
        else
            problem = null;
        if (problem is not null)
            return false;
        var (model, adapter) = (parts[0].Split('@'), parts.Length > 1 ? parts[1].Split('@') : []);
        reference = new ModelReference(model[0], model.ElementAtOrDefault(1), adapter.ElementAtOrDefault(0), adapter.ElementAtOrDefault(1));
        return true;
    }

    /// <exception cref="RecipeException">The text is no reference.</exception>
    public static ModelReference Parse(string text) =>
        TryParse(text, out var reference, out var problem) ? reference : throw new RecipeException(problem);

    public override string ToString() => Adapter is null ? Model : $"{Model}+{AdapterReference}";

    private static string Join(string path, string? revision) => revision is null ? path : $"{path}@{revision}";
}
