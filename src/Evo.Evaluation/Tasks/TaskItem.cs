using System.Text.Json.Nodes;

namespace Evo.Evaluation.Tasks;

/// <summary>One line of a task's data file.</summary>
/// <param name="Id">The line's <c>id</c> field, or its 1-based line number.</param>
/// <param name="Line">1-based line number in the data file, for messages.</param>
/// <param name="Fields">The JSON object as it stands in the file.</param>
public sealed record TaskItem(string Id, int Line, JsonObject Fields);
