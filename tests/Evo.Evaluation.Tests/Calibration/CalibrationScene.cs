using Evo.Evaluation.Calibration;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Evaluation.Tests.Calibration;

/// <summary>The small trained models of search-spaces/, and a folder for texts and statistics that is gone when the test is.</summary>
internal sealed class CalibrationScene : IDisposable
{
    private readonly string _root;

    public CalibrationScene()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Evo.sln")))
            folder = folder.Parent;
        _root = folder.FullName;
        Folder = Directory.CreateTempSubdirectory("evo-calibration-").FullName;
        Parents = ParentModels.Open([Base, Addition], Folder);
        File.WriteAllText(Path.Combine(Folder, "texts.txt"), "add 12+30=42\n\nadd 7+8=15\nsort 3 1 2 = 1 2 3\n\nthe sun is in the sky");
    }

    public string Base => Path.Combine(_root, "search-spaces", "models", "base");

    public string Addition => Path.Combine(_root, "search-spaces", "models", "addition");

    public string Folder { get; }

    public string Cache => Path.Combine(Folder, "cache");

    public ParentModels Parents { get; }

    public string Task(string name) => Path.Combine(_root, "search-spaces", "tasks", name + ".yaml");

    public CalibrationSource Source(CalibrationRecipe? recipe = null) => new(recipe ?? Texts("texts.txt"), Parents, Folder, Cache);

    public static CalibrationRecipe Texts(string file) => new() { Texts = [new(CalibrationRecipe.Default, file)] };

    public void Dispose()
    {
        Parents.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
