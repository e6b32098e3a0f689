using System.Text.Json.Nodes;

namespace Evo.Search.Runs.Tables;

/// <summary>The optimizer's newest state. Everything before it can be recomputed from the seed, so it is not kept.</summary>
internal sealed class OptimizerStateTable(RunDatabase database)
{
    public JsonObject? Newest() =>
        database.Scalar("SELECT state FROM optimizer_states ORDER BY generation DESC LIMIT 1") is string text
            ? JsonNode.Parse(text)!.AsObject()
            : null;

    public void Replace(int generation, JsonObject state)
    {
        database.Execute("DELETE FROM optimizer_states");
        database.Execute("INSERT INTO optimizer_states VALUES ($1, $2)", generation, state.ToJsonString());
    }
}
