namespace Evo.Search.Spaces;

/// <summary>A search space that cannot be used: the message says where (file, line, column), what is wrong and how to mend it.</summary>
public sealed class SearchSpaceException : Exception
{
    public SearchSpaceException(string source, long line, long column, string problem, Exception? inner = null)
        : base($"{source}:{line}:{column}: {problem}", inner)
    {
    }

    public SearchSpaceException(string problem, Exception? inner = null)
        : base(problem, inner)
    {
    }
}
