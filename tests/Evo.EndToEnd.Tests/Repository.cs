namespace Evo.EndToEnd.Tests;

/// <summary>Places in this checkout.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string SearchSpaces { get; } = Path.Combine(Root, "search-spaces");

    public static string Quickstart { get; } = Path.Combine(SearchSpaces, "quickstart.yaml");

    public static string Model(string name) => Path.Combine(SearchSpaces, "models", name);

    public static string Task(string name) => Path.Combine(SearchSpaces, "tasks", $"{name}.yaml");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Evo.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run inside a checkout");
        return folder.FullName;
    }
}
