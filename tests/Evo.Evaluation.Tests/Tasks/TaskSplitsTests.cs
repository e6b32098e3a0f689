using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Evaluation.Tasks;

namespace Evo.Evaluation.Tests.Tasks;

public sealed class TaskSplitsTests
{
    private static TaskDefinition Items(IEnumerable<int> numbers, string name = "t", string metric = "f1") => new()
    {
        Name = name,
        Path = "t.yaml",
        Kind = TaskKind.Generate,
        Metric = metric,
        ContentHash = "",
        Items = [.. numbers.Select(number => new TaskItem($"{number}", number, new JsonObject { ["q"] = number }))],
    };

    private static List<string> Ids(ImmutableArray<TaskItem> items) => [.. items.Select(item => item.Id)];

    [Theory]
    [InlineData(200, 0.7, 0.3, 140, 60)]
    [InlineData(10, 0.55, 0.45, 6, 4)] // 5.5 rounds up, and what is left is 4
    [InlineData(3, 0.5, 0.5, 2, 1)]
    [InlineData(10, 0.25, 0.25, 3, 3)]
    [InlineData(10, 1, 0, 10, 0)]
    public void Shares_are_rounded_to_whole_items(int items, double search, double report, int searched, int reported)
    {
        var split = TaskSplits.Split(Items(Enumerable.Range(1, items)), search, report);

        Assert.Equal((searched, reported), (split.Search.Length, split.Report.Length));
        Assert.Empty(Ids(split.Search).Intersect(Ids(split.Report)));
    }

    [Fact]
    public void The_same_items_are_held_out_whatever_the_task_is_called_and_scored_by_and_however_its_file_is_ordered()
    {
        var split = TaskSplits.Split(Items(Enumerable.Range(1, 50)), 0.5, 0.3);
        var other = TaskSplits.Split(Items(Enumerable.Range(1, 50).Reverse(), "other", "length"), 0.5, 0.3);

        Assert.Equal(Ids(split.Search), Ids(other.Search));
        Assert.Equal(Ids(split.Report), Ids(other.Report));
    }

    [Fact]
    public void A_new_item_moves_at_most_one_other_across_the_border()
    {
        var before = TaskSplits.Split(Items(Enumerable.Range(1, 50)), 0.5, 0.5);
        var after = TaskSplits.Split(Items(Enumerable.Range(1, 51)), 0.5, 0.5);

        Assert.True(Ids(before.Search).Except(Ids(after.Search)).Count() <= 1);
        Assert.True(Ids(after.Search).Except(Ids(before.Search)).Count() <= 1);
    }

    [Fact]
    public void A_split_is_not_the_files_order_and_never_changes_between_versions()
    {
        var split = TaskSplits.Split(Items(Enumerable.Range(1, 8)), 0.5, 0.5);

        Assert.Equal("3 6 1 2 | 4 8 5 7", string.Join(' ', Ids(split.Search)) + " | " + string.Join(' ', Ids(split.Report)));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(-0.1, 0.5)]
    [InlineData(1.1, 0)]
    [InlineData(0.5, -0.1)]
    [InlineData(0.8, 0.3)]
    [InlineData(double.NaN, 0.3)]
    [InlineData(0.3, double.NaN)]
    public void Shares_that_make_no_sense_are_refused(double search, double report)
        => Assert.StartsWith("t.yaml: splits: search must be above 0", Assert.Throws<TaskException>(
            () => TaskSplits.Split(Items([1, 2, 3]), search, report)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2, 0.1, 0.5)]
    [InlineData(2, 0.5, 0.1)]
    [InlineData(1, 0.7, 0.3)]
    public void A_share_that_comes_to_no_item_is_refused(int items, double search, double report)
        => Assert.Contains("add items or change the shares", Assert.Throws<TaskException>(
            () => TaskSplits.Split(Items(Enumerable.Range(1, items)), search, report)).Message, StringComparison.Ordinal);
}
