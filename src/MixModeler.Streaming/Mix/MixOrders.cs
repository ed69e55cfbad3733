using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>All that was asked of a model so far. It stays with the model's name, whatever becomes of its spec.</summary>
public sealed record MixOrders
{
    /// <summary>Orders before this offset are among these.</summary>
    public long NextOffset { get; init; }

    /// <summary>Experiments by their ids, in the order of the ids.</summary>
    public ImmutableSortedDictionary<string, LiftTest> LiftTests { get; init; } = ImmutableSortedDictionary.Create<string, LiftTest>(StringComparer.Ordinal);

    /// <summary>First day of the training window that was asked for; null goes by the topology.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last day of it.</summary>
    public DateOnly? To { get; init; }

    /// <summary>The same with one order more.</summary>
    public MixOrders With(MixOrder order, long offset)
    {
        ArgumentNullException.ThrowIfNull(order);
        MixOrders next = this with { NextOffset = offset + 1 };
        if (order.IsTrain)
        {
            return next with { From = order.From, To = order.To };
        }

        return order.LiftId is not { } id ? next
            : next with { LiftTests = order.Lift is { } lift ? LiftTests.SetItem(id, lift) : LiftTests.Remove(id) };
    }

    /// <summary>The plan with the training window that was asked for.</summary>
    public MixPlan Applied(MixPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan with { From = From ?? plan.From, To = To ?? plan.To };
    }

    /// <summary>The experiments of a spec and those that were told; of an experiment for a channel that is no more nothing is left.</summary>
    public IReadOnlyList<LiftTest> Applied(MixSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return [.. spec.LiftTests, .. LiftTests.Values.Where(test => ProblemOf(test, spec) is null)];
    }

    /// <summary>Why a model cannot take in an experiment, or null.</summary>
    public static string? ProblemOf(LiftTest test, MixSpec spec)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Form != MixForm.Additive ? "a lift test needs the additive form: only there a lift is linear in the effect"
            : spec.Channels.All(channel => channel.Name != test.Channel)
            ? $"there is no channel '{test.Channel}', there is {string.Join(", ", spec.Channels.Select(channel => channel.Name))}"
            : spec.Regions is not { } regions
            ? (test.Region is null ? null : $"the lift test is of the region '{test.Region}', and the model has no regions")
            : test.Region is null ? "the model has regions, and a lift test of it says in which 'region' it was made"
            : regions.Members.Any(member => member.Name == test.Region) ? null
            : $"there is no region '{test.Region}', there is {string.Join(", ", regions.Members.Select(member => member.Name))}";
    }
}
