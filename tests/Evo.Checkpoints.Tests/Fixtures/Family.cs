namespace Evo.Checkpoints.Tests.Fixtures;

/// <summary>The small trained models in <c>search-spaces/models</c>, written by Python.</summary>
internal static class Family
{
    public static string[] Names => ["base", "addition", "reversal", "sorting", "translation"];

    public static string Folder(string member) => Path.Combine(Root(), "search-spaces", "models", member);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Evo.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("the tests must run inside the repository");
        return folder.FullName;
    }
}
