using System.Collections.Immutable;

namespace Evo.Evaluation.Tasks;

/// <summary>Divides a task's items between searching and reporting.</summary>
public static class TaskSplits
{
    /// <summary>
    /// Orders the items by SHA-256 of their own content and takes the first part for the search and the next for the report, each rounded to the
    /// nearest whole item. The order depends on nothing but the items: not on the machine, a seed, the task's name or its metric, so that two tasks
    /// over the same data hold out the same items. Both parts come in that order; any prefix is a fair sample of its part.
    /// </summary>
    /// <param name="search">Share of the items that the search sees, in (0, 1].</param>
    /// <param name="report">Share of the items that is held out, in [0, 1]; 0 holds nothing out.</param>
    /// <exception cref="TaskException">A share is out of range, they exceed 1 together, or a share above 0 comes to no item.</exception>
    public static TaskSplit Split(TaskDefinition task, double search, double report)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!(search is > 0 and <= 1 && report is >= 0 and <= 1) || search + report > 1 + 1e-9)
        {
            throw new TaskException(
                task.Path, $"splits: search must be above 0, report at least 0, and the two together at most 1 (search {search}, report {report})");
        }

        var total = task.Items.Length;
        var searched = (int)Math.Round(total * search, MidpointRounding.AwayFromZero);
        var reported = Math.Min(total - searched, (int)Math.Round(total * report, MidpointRounding.AwayFromZero));
        if (searched == 0 || (reported == 0 && report > 0))
        {
            throw new TaskException(
                task.Path, $"splits: of {total} items, search {search} takes {searched} and report {report} takes {reported}; add items or change the shares");
        }

        var shuffled = task.Items.OrderBy(Key, StringComparer.Ordinal).ToImmutableArray(); // a stable sort: equal items keep file order
        return new TaskSplit(shuffled[..searched], shuffled.Slice(searched, reported));
    }

    private static string Key(TaskItem item)
    {
        using var hash = new CanonicalHash();
        return hash.Add("evo.split/1").Add(item.Fields).ToHex();
    }
}
