using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Planning;
using Evo.Search.Runs;

namespace Evo.Search.Workshop;

/// <summary>A plan as people look at it: every resolved parameter by model, layer and component, averaged over the tensors there.</summary>
internal static class CoefficientTable
{
    public static ImmutableArray<Coefficient> Of(MergePlan plan)
    {
        var cells = new OrderedDictionary<(string? Model, string Parameter, int? Layer, string Component), (double Sum, int Count)>();
        foreach (var tensor in plan.Tensors)
        {
            var component = tensor.Place.Component.ToString().ToLowerInvariant();
            foreach (var parameter in tensor.Method.Parameters)
            {
                if (parameter.Scope == ParameterScope.Global)
                {
                    Add(null, parameter.Name, tensor.Parameters[parameter.Name]);
                    continue;
                }

                for (var model = 0; model < tensor.Models.Length; model++)
                    Add(tensor.Models[model].Model, parameter.Name, tensor.Parameters.Of(model, parameter.Name));
            }

            void Add(string? model, string parameter, double value)
            {
                var key = (model, parameter, tensor.Place.Layer, component);
                var (sum, count) = cells.GetValueOrDefault(key);
                cells[key] = (sum + value, count + 1);
            }
        }

        return [.. cells.Select(cell => new Coefficient(
            cell.Key.Model, cell.Key.Parameter, cell.Key.Layer, cell.Key.Component, cell.Value.Sum / cell.Value.Count))];
    }
}
