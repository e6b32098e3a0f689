namespace Evo.Evaluation.Tasks;

/// <summary>A template that cannot be read or filled in; the caller knows file and line and says them.</summary>
internal sealed class TemplateException(string problem) : Exception(problem);
