namespace Evo.Merging.Planning;

/// <summary>A file beside the weights of the result: a copy of an existing one, or text made for it.</summary>
/// <param name="Name">A plain file name.</param>
/// <param name="Path">The file that is copied; null for text.</param>
/// <param name="Text">Its content; null for a copy.</param>
public sealed record CompanionFile(string Name, string? Path, string? Text)
{
    public static CompanionFile Copy(string path) => new(System.IO.Path.GetFileName(path), path, null);

    public static CompanionFile Of(string name, string text) => new(name, null, text);

    /// <summary>Puts the file into a folder that exists.</summary>
    public void Write(string folder)
    {
        var target = System.IO.Path.Combine(folder, Name);
        if (Path is not null)
            File.Copy(Path, target);
        else
            File.WriteAllText(target, Text);
    }
}
