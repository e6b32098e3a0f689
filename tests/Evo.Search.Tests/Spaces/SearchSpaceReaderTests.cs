using Evo.Optimization;
using Evo.Search.Spaces;

namespace Evo.Search.Tests.Spaces;

public sealed class SearchSpaceReaderTests : IDisposable
{
    private readonly SpaceFolder _folder = new();

    [Fact]
    public void The_example_of_the_product_is_read_completely()
    {
        var space = _folder.Read(SpaceFolder.Example);

        Assert.Equal(_folder.Root, space.Folder);
        Assert.Equal(["models/base", "models/arithmetic", "models/sorting"], space.Models.ToArray());
        Assert.Equal("models/base", space.BaseModel);
        Assert.Equal(
            [
                new Objective("arithmetic", Path.Combine(_folder.Root, "tasks", "arithmetic.yaml"), "exact_match", null, Goal.Maximize, false),
                new Objective("sorting", Path.Combine(_folder.Root, "tasks", "sorting.yaml"), "exact_match", null, Goal.Maximize, false),
                new Objective("size_of_change", null, null, "task_vector_l1", Goal.Minimize, true),
            ],
            space.Objectives.ToArray());
        Assert.Equal(new EvaluatorSettings("onnx", "cpu", 0), space.Evaluator);
        Assert.Equal(("nsga2", 16, 7UL), (space.Search.Algorithm, space.Search.Population, space.Search.Seed));
        Assert.Equal(new Budget(20, null, null, null, null), space.Search.Budget);
        Assert.Empty(space.Search.Settings);
        Assert.Equal(new Splits(0.7, 0.3), space.Splits);
    }

    [Fact]
    public void What_is_left_out_has_defaults()
    {
        var space = _folder.Read("""
            recipe:
              merge_method: linear
              models:
                - {model: models/arithmetic, parameters: {weight: {search: [0, 1]}}}
                - {model: models/sorting, parameters: {weight: 1}}
            objectives: [{name: a, task: tasks/arithmetic.yaml, goal: max}]
            search: {algorithm: cma-es, budget: {hours: 0.5}}
            """);

        Assert.Null(space.BaseModel);
        Assert.Equal(new EvaluatorSettings("onnx", "cpu", 0), space.Evaluator);
        Assert.Equal(new Splits(0.7, 0.3), space.Splits);
        Assert.Equal((null, 0UL), (space.Search.Population, space.Search.Seed));
        Assert.Equal((null, false, Goal.Maximize), (space.Objectives[0].Metric, space.Objectives[0].ReportOnly, space.Objectives[0].Goal));
    }

    [Fact]
    public void Algorithm_settings_are_passed_on_as_json()
    {
        var space = _folder.Read(SpaceFolder.Example, "search.settings={crossover_eta: 15, crossover_probability: 0.8}");

        Assert.Equal("""{"crossover_eta":15,"crossover_probability":0.8}""", space.Search.Settings.ToJsonString());
    }

    [Fact]
    public void The_resolved_space_reads_back_as_the_same_space()
    {
        var space = _folder.Read(SpaceFolder.Example, "search.settings={crossover_eta: 15}", "search.seed=18446744073709551615");
        var again = _folder.Read(space.ResolvedYaml);

        Assert.Equal(space.ContentHash, again.ContentHash);
        Assert.Equal(space.ResolvedYaml, again.ResolvedYaml);
        Assert.Equal(space.Objectives.ToArray(), again.Objectives.ToArray());
        Assert.Equal(space.Search.Budget, again.Search.Budget);
        Assert.Contains("{search: [0.2, 1], per: global, log: false, integer: false}", space.ResolvedYaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_elsewhere_is_the_same_space_when_it_is_told_the_folder()
    {
        var space = _folder.Read(SpaceFolder.Example);
        var run = Directory.CreateDirectory(Path.Combine(_folder.Root, "runs", "one")).FullName;
        var copy = Path.Combine(run, "resolved.yaml");
        File.WriteAllText(copy, space.ResolvedYaml);

        var again = SearchSpaceReader.Read(copy, folder: _folder.Root);

        Assert.Equal(space.ContentHash, again.ContentHash);
        Assert.Equal(space.Objectives.ToArray(), again.Objectives.ToArray());
    }

    [Theory]
    [InlineData("search.budget.generations=40")]
    [InlineData("search.budget.evaluations=100")]
    [InlineData("search.budget={hours: 2}")]
    [InlineData("evaluator.workers=3")]
    [InlineData("evaluator.batch_tokens=1024")]
    [InlineData("search.seed=07")]
    [InlineData("recipe.models.1.parameters.density=0.60")]
    public void What_does_not_change_the_course_of_a_search_leaves_its_hash(string change) =>
        Assert.Equal(_folder.Read(SpaceFolder.Example).ContentHash, _folder.Read(SpaceFolder.Example, change).ContentHash);

    [Theory]
    [InlineData("search.seed=8")]
    [InlineData("search.population=18")]
    [InlineData("search.settings={crossover_eta: 3}")]
    [InlineData("recipe.parameters.lambda.search=[0.5, 1.6]")]
    [InlineData("recipe.parameters.lambda.init=1")]
    [InlineData("recipe.models.0.parameters.weight.per=layer")]
    [InlineData("recipe.models.1.parameters.density=0.61")]
    [InlineData("recipe.models.1.model=models/base")]
    [InlineData("objectives.0.goal=minimize")]
    [InlineData("objectives.1.metric=f1")]
    [InlineData("splits.search=0.6")]
    [InlineData("evaluator.device=cuda")]
    public void What_changes_the_course_of_a_search_changes_its_hash(string change) =>
        Assert.NotEqual(_folder.Read(SpaceFolder.Example).ContentHash, _folder.Read(SpaceFolder.Example, change).ContentHash);

    [Fact]
    public void A_missing_file_is_refused_by_name()
    {
        var error = Assert.Throws<SearchSpaceException>(() => SearchSpaceReader.Read(Path.Combine(_folder.Root, "none.yaml")));
        Assert.Contains("none.yaml", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
