using Evo.Merging;

namespace Evo.Search.Tests.Spaces;

/// <summary>Every mistake is refused where it stands, with the way out.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly SpaceFolder _folder = new();

    [Theory]
    // Ranges
    [InlineData("{search: [1.5, 0.5]}", "15:44: the lower bound 1.5 is above the upper bound 0.5")]
    [InlineData("{search: [1, 1.0]}", "15:44: the range holds the single value 1; write the number itself")]
    [InlineData("{search: [.nan, 1]}", "15:45: '.nan' is no finite number")]
    [InlineData("{search: [0, .inf]}", "15:48: '.inf' is no finite number")]
    [InlineData("{search: [0, '1']}", "15:48: '1' is no finite number")]
    [InlineData("{search: [-1.7e308, 1.7e308]}", "15:44: the range is too wide")]
    [InlineData("{search: [0]}", "15:44: 'search' must be a list of two numbers")]
    [InlineData("{search: 3}", "15:44: 'search' must be a list of two numbers")]
    [InlineData("{search: [0, 1], init: 2}", "15:58: 'init' is 2, outside of [0, 1]")]
    [InlineData("{search: [0, 1], init: x}", "15:58: 'init' must be a number")]
    [InlineData("{search: [0, 1], log: true}", "15:44: a logarithmic range needs a lower bound above 0, not 0")]
    [InlineData("{search: [0.5, 1], log: maybe}", "15:59: 'log' must be true or false")]
    [InlineData("{search: [0.5, 2], integer: true}", "15:44: a range of integers needs integer bounds")]
    [InlineData("{search: [1, 3], integer: true, init: 1.5}", "15:73: 'init' of a range of integers")]
    [InlineData("{search: [0, 1], choose: [1, 2]}", "15:35: a range is either")]
    [InlineData("{serch: [0, 1]}", "15:35: unknown", "did you mean", "recipe")]
    [InlineData("{search: [0, 1], ini: 0.5}", "15:52: a range has no key 'ini'; did you mean 'init'?")]
    [InlineData("{choose: [1]}", "15:44: 'choose' must be a list of at least two values")]
    [InlineData("{choose: [1, 1]}", "15:48: '1' is listed twice")]
    [InlineData("{choose: [1, [2]]}", "15:48: a choice must be a single value")]
    [InlineData("{choose: [1, 2], init: 3}", "15:58: 'init' is none of the choices")]
    [InlineData("{choose: [1, 2], log: true}", "15:57: 'log' belongs to a range of numbers")]
    [InlineData("{choose: [0.5, big]}", "15:35: a parameter is a number, true or false")]
    // Axes
    [InlineData("{search: [0, 1], per: compnent}", "15:57: 'per' knows no 'compnent'; did you mean 'component'?")]
    [InlineData("{search: [0, 1], per: block}", "15:57: 'block' needs a number: block(4)")]
    [InlineData("{search: [0, 1], per: block(1)}", "15:57: 'block(1)': the number must be from 2")]
    [InlineData("{search: [0, 1], per: knots(999999999999)}", "15:57: 'per' knows no")]
    [InlineData("{search: [0, 1], per: [layer, block(2)]}", "15:65: 'block(2)' and an axis before it divide the same thing")]
    [InlineData("{search: [0, 1], per: [component, [attention]]}", "15:69: '[attention]' and an axis before it")]
    [InlineData("{search: [0, 1], per: [[]]}", "15:58: a list of tensor groups cannot be empty")]
    [InlineData("{search: [0, 1], per: [['a b']]}", "15:59: 'a b' is no tensor group")]
    [InlineData("{search: [0, 1], per: model}", "15:35: 'lambda' of ties is one value for the whole merge")]
    // Places and methods
    [InlineData("{search: [0, 2e6]}", "15:35: 'lambda' of ties must lie in [-1000000, 1000000]; the range reaches 2000000")]
    [InlineData("[{search: [0, 1], per: layer}, 1]", "15:58: 'layer' cannot divide this value over the depth")]
    [InlineData("[{filter: mlp, value: {search: [0, 1], per: component}}]", "15:79: 'component' cannot divide this value")]
    [InlineData("[{filter: {search: [0, 1]}, value: 1}]", "15:45: no range can stand here")]
    public void In_a_range(string range, string message, params string[] or)
    {
        var yaml = """
            # a comment
            recipe:
              merge_method: ties
              base_model: models/base
              models:
                - model: models/arithmetic
                  parameters:
                    weight: {search: [0.0, 1.5]}
                    density: 0.5
                - model: models/sorting
                  parameters: {weight: 1}
              parameters:
                # the places in the tests count from here
                normalize: false
                lambda:                       RANGE
            objectives: [{name: a, task: tasks/arithmetic.yaml, goal: maximize}]
            search: {algorithm: nsga2, budget: {generations: 3}}
            """.Replace("RANGE", range, StringComparison.Ordinal);
        if (or.Length > 0)
            Assert.Throws<RecipeException>(() => _folder.Read(yaml)); // to mergekit's grammar this is a broken value of lambda
        else
            Assert.StartsWith("space.yaml:" + message, _folder.Refusal(yaml), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recpe: {}", "recipe: {}", "1:1: a search space has no key 'recpe'; did you mean 'recipe'?")]
    [InlineData("objectives: []", null, "must be a list with at least one entry")]
    [InlineData("objectives: [{name: a, task: tasks/none.yaml, goal: max}]", null, "30: there is no task file 'tasks/none.yaml'; relative paths start at")]
    [InlineData("objectives: [{name: a, task: tasks/sorting.yaml}]", null, "an objective needs 'goal': maximize or minimize")]
    [InlineData("objectives: [{name: a, task: tasks/sorting.yaml, goal: up}]", null, "'goal' must be maximize or minimize, not 'up'")]
    [InlineData("objectives: [{task: tasks/sorting.yaml, goal: max}]", null, "an objective needs 'name'")]
    [InlineData("objectives: [{name: a, goal: max}]", null, "needs either 'task' (a task's YAML file) or 'measure' (task_vector_l1, unhealthy_tensors)")]
    [InlineData("objectives: [{name: a, measure: task_vector_l2, goal: min}]", null, "there is no measure 'task_vector_l2'; did you mean 'task_vector_l1'?")]
    [InlineData("objectives: [{name: a, task: tasks/sorting.yaml, metric: exact_mach, goal: max}]", null, "there is no metric 'exact_mach'; did you mean 'exact_match'?")]
    [InlineData("objectives: [{name: a, task: tasks/sorting.yaml, goal: max}, {name: a, task: tasks/sorting.yaml, goal: max}]", null, "69: two objectives are called 'a'")]
    [InlineData("objectives: [{name: a, task: tasks/sorting.yaml, goal: max, report_only: true}]", null, "every objective is report_only")]
    [InlineData("search: {algorithm: nsga2}", null, "'search' needs 'budget': at least one of generations")]
    [InlineData("search: {algorithm: nsga2, budget: {}}", null, "'budget' needs at least one of generations")]
    [InlineData("search: {algorithm: nsga2, budget: {generations: 0}}", null, "50: 'generations' must be a whole number of at least 1, not '0'")]
    [InlineData("search: {algorithm: nsga2, budget: {hours: -1}}", null, "'hours' must be a number")]
    [InlineData("search: {algorithm: nsga3, budget: {hours: 1}}", null, "21: there is no algorithm 'nsga3'; did you mean 'nsga2'?")]
    [InlineData("search: {algorithm: nsga2, seed: -1, budget: {hours: 1}}", null, "'seed' must be a whole number from 0")]
    [InlineData("search: {algorithm: nsga2, population: 2.5, budget: {hours: 1}}", null, "'population' must be a whole number")]
    [InlineData("search: {algorithm: nsga2, settings: {crossover: 1}, budget: {hours: 1}}", null, "nsga2 has no setting 'crossover'")]
    [InlineData("search: {algorithm: nsga2, settings: {population: 8}, budget: {hours: 1}}", null, "'population' stands beside 'settings'")]
    [InlineData("search: {algorithm: nsga2, budget: {hours: 1}, mutation: 3}", null, "'search' has no key 'mutation'")]
    [InlineData("evaluator: {kind: openai}", null, "19: the evaluator 'openai' is not built yet; take onnx")]
    [InlineData("evaluator: {kind: onx}", null, "there is no evaluator 'onx'; did you mean 'onnx'?")]
    [InlineData("evaluator: {device: gpu}", null, "'device' must be cpu, cuda")]
    [InlineData("evaluator: {workers: -1}", null, "'workers' must be a whole number from 0 to 1024")]
    [InlineData("splits: {search: 0.7, report: 0.4}", null, "their sum must be at most 1")]
    [InlineData("splits: {search: 0}", null, "18: the search needs some of the items")]
    public void In_a_section(string section, string? replaced, string message)
    {
        var key = (replaced ?? section)[..((replaced ?? section).IndexOf(':', StringComparison.Ordinal) + 1)];
        string[] sections =
        [
            "recipe: {merge_method: linear, models: [{model: models/arithmetic, parameters: {weight: {search: [0, 1]}}}]}",
            "objectives: [{name: a, task: tasks/arithmetic.yaml, goal: maximize}]",
            "search: {algorithm: nsga2, budget: {generations: 3}}",
        ];
        var yaml = string.Join('\n', sections.Where(other => !other.StartsWith(key, StringComparison.Ordinal)).Prepend(section));

        Assert.StartsWith("space.yaml:1:", _folder.Refusal(yaml), StringComparison.Ordinal);
        Assert.Contains(message, _folder.Refusal(yaml), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("merge_method: linear, models: [{model: models/none, parameters: {weight: {search: [0, 1]}}}]", "there is no model folder 'models/none'")]
    [InlineData("merge_method: linear, models: [{model: models/base, parameters: {weight: 1}}]", "the recipe has no range, so there is nothing to search")]
    [InlineData("merge_method: linear, models: [{model: models/base, parameters: {weight: 1, density: {search: [0, 1]}}}]", "linear takes no 'density', so the range is without effect")]
    [InlineData("merge_method: ties, base_model: models/base, models: [{model: models/sorting, parameters: {weight: 1, lambda: {search: [0, 1]}}}]", "move it to the recipe's own 'parameters'")]
    [InlineData("merge_method: ties, base_model: models/base, models: [{model: models/sorting, parameters: {weight: 1}}], parameters: {normalize: {search: [0, 1]}}", "write {choose: [true, false]}")]
    [InlineData("merge_method: ties, base_model: models/base, models: [{model: models/sorting, parameters: {weight: 1, density: {search: [0, 2]}}}]", "'density' of ties must lie in [0, 1]; the range reaches 2")]
    [InlineData("merge_method: {search: [0, 1]}, models: [{model: models/base, parameters: {weight: 1}}]", "no range of numbers can stand here")]
    [InlineData("merge_method: linear, base_model: {choose: [models/base, models/sorting]}, models: [{model: models/base, parameters: {weight: 1}}]", "no range can stand here")]
    [InlineData("merge_method: linear, models: {choose: [1, 2]}", "no range can stand here")]
    public void In_a_recipe(string recipe, string message) =>
        Assert.Contains(message, _folder.Refusal(Space(recipe)), StringComparison.Ordinal);

    [Theory]
    [InlineData("merge_method: {choose: [ties, tise]}, base_model: models/base, models: [{model: models/sorting, parameters: {weight: {search: [0, 1]}}}]", "unknown method 'tise'; did you mean 'ties'?")]
    [InlineData("merge_method: ties, base_modle: models/base, models: [{model: models/sorting, parameters: {weight: {search: [0, 1]}}}]", "1:31: unknown key 'base_modle'")]
    [InlineData("merge_method: linear, dtype: {choose: [float32, floot]}, models: [{model: models/sorting, parameters: {weight: {search: [0, 1]}}}]", "'dtype: floot' is not supported")]
    [InlineData("merge_method: linear, models: [{model: models/sorting, parameters: {wieght: {search: [0, 1]}}}]", "unknown parameter 'wieght'; did you mean 'weight'?")]
    public void In_mergekits_grammar(string recipe, string message) =>
        Assert.Contains(message, Assert.Throws<RecipeException>(() => _folder.Read(Space(recipe))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_algorithm_for_one_objective_is_refused_for_several() =>
        Assert.Contains(
            "cma-es searches for one objective, and 2 are given (arithmetic, sorting); take nsga2, or set report_only: true on all but one (set by --set search.algorithm=cma-es)",
            _folder.Refusal(SpaceFolder.Example, "search.algorithm=cma-es"),
            StringComparison.Ordinal);

    [Fact]
    public void An_algorithm_for_one_objective_takes_report_only_objectives_besides()
    {
        var space = _folder.Read(SpaceFolder.Example, "search.algorithm=cma-es", "objectives.1.report_only=true");
        Assert.Equal("cma-es", space.Search.Algorithm);
    }

    private static string Space(string recipe) => $$$"""
        recipe: { {{{recipe}}} }
        objectives: [{name: a, task: tasks/arithmetic.yaml, goal: maximize}]
        search: {algorithm: nsga2, budget: {generations: 3}}
        """;

    public void Dispose() => _folder.Dispose();
}
