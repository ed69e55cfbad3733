using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// What speaks against a change before anything is done for it. Whoever takes a request asks this first; the coordinator asks
/// again, because the log may hold requests that nobody checked.
/// </summary>
public static class ChangeObjection
{
    public static string? To(TopologyState state, ChangeState change, PlanShelf shelf)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(shelf);
        if (shelf.PlanOf(state, change.Request.From, out string? problem) is not { } from
            || shelf.PlanOf(state, change.Request.To, out problem) is not { } to)
        {
            return problem;
        }

        return OfPlans(from, to) ?? (change.Request.AllowLoss ? null : OfLosses(TopologyDiff.Between(from, to)));
    }

    /// <summary>What no permission helps against.</summary>
    public static string? OfPlans(TopologyPlan from, TopologyPlan to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Name != to.Name)
        {
            return $"'{to.Name}' is another topology than '{from.Name}'";
        }

        return from.Topics == to.Topics
            ? null
            : $"topics cannot change while a topology runs: '{from.Topics.Prefix}' is not '{to.Topics.Prefix}'; start it as a topology of another name";
    }

    /// <summary>Null where nothing is lost.</summary>
    public static string? OfLosses(TopologyDiff diff)
    {
        ArgumentNullException.ThrowIfNull(diff);
        string[] losses = [.. diff.Operators.Where(each => each.IsLossy).Select(each => $"{each.Operator}: {each.Loss}")];
        return losses.Length == 0
            ? null
            : $"it loses something and that was not allowed: {string.Join("; ", losses.Take(5))}{(losses.Length > 5 ? $"; and {losses.Length - 5} more" : "")}";
    }
}
