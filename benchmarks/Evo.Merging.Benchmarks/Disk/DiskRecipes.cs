using System.Globalization;

namespace Evo.Merging.Benchmarks.Disk;

/// <summary>One recipe for each method, with the values that mergekit's own examples use.</summary>
internal static class DiskRecipes
{
    public static string[] Methods { get; } =
        ["linear", "task_arithmetic", "slerp", "model_stock", "ties", "dare_ties", "della", "breadcrumbs", "sce"];

    /// <summary>The models that take part, the base (0) first.</summary>
    public static int[] Inputs(string method, int experts) => method switch
    {
        "slerp" => [0, 1],
        "linear" => [.. Enumerable.Range(1, experts)],
        _ => [.. Enumerable.Range(0, experts + 1)],
    };

    public static string Text(string method, int[] inputs, string folder)
    {
        var (perModel, global) = method switch
        {
            "linear" => ("weight: 0.4", ""),
            "task_arithmetic" => ("weight: 0.4", ""),
            "slerp" => (null, "parameters: {t: 0.4}\n"),
            "model_stock" => (null, ""),
            "ties" => ("weight: 0.5, density: 0.5", "parameters: {normalize: true}\n"),
            "dare_ties" => ("weight: 0.5, density: 0.53", ""),
            "della" => ("weight: 0.5, density: 0.5, epsilon: 0.1", "parameters: {lambda: 1.0}\n"),
            "breadcrumbs" => ("weight: 0.5, density: 0.9, gamma: 0.01", ""),
            "sce" => (null, "parameters: {select_topk: 0.5}\n"),
            _ => throw new ArgumentException($"no recipe for '{method}'"),
        };
        var listed = method is "linear" or "slerp" ? inputs : inputs[1..];
        var models = listed.Select(model => $"  - model: {Path.Combine(folder, DiskModels.Name(model))}\n"
            + (perModel is null ? "" : $"    parameters: {{{perModel}}}\n"));
        var @base = method == "linear" ? "" : $"base_model: {Path.Combine(folder, DiskModels.Name(0))}\n";
        return string.Create(CultureInfo.InvariantCulture, $"merge_method: {method}\n{@base}models:\n{string.Concat(models)}{global}dtype: bfloat16\n");
    }
}
