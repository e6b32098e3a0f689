namespace Evo.Merging;

/// <summary>A recipe that cannot be carried out: the message says where (file, line, column or tensor), what, and how to mend it.</summary>
public sealed class RecipeException : Exception
{
    public RecipeException(string source, long line, long column, string problem)
        : base($"{source}:{line}:{column}: {problem}")
    {
    }

    public RecipeException(string problem, Exception? inner = null)
        : base(problem, inner)
    {
    }
}
