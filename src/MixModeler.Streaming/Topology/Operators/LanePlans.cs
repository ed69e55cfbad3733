using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>The lanes of a topology behind its key-bys, each as a topology of its own: records by key in, no features.</summary>
public static class LanePlans
{
    /// <summary>The topology of each lane behind a key-by; none for most. Its events topic is what the key-by writes.</summary>
    public static IReadOnlyList<TopologyPlan> KeyedOf(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Flow is { } flow ? [.. flow.Lanes.Where(lane => lane.Name.Length > 0).Select(lane => Of(plan, lane))] : [];
    }

    /// <summary>Topics that the nodes write, those of key-bys included, by full name.</summary>
    public static IReadOnlyList<string> TopicsOf(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IEnumerable<FlowNode> nodes = plan.Flow is { } flow ? flow.Lanes.SelectMany(lane => lane.Nodes) : [];
        return
        [
            .. nodes
                .Select(node => node.Settings switch
                {
                    SinkSettings sink => sink.Topic,
                    KeyBySettings keyBy => keyBy.Topic,
                    AudiencesSettings audiences => audiences.Topic,
                    _ => null,
                })
                .OfType<string>()
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a lane is the same in both: then it can go on as it is.</summary>
    public static bool AreSame(TopologyPlan lane, TopologyPlan other)
    {
        ArgumentNullException.ThrowIfNull(lane);
        ArgumentNullException.ThrowIfNull(other);
        return lane.Name == other.Name && lane.Flow!.Lanes[0].Nodes.Select(Whole).SequenceEqual(other.Flow!.Lanes[0].Nodes.Select(Whole));
    }

    private static (string, ulong, string) Whole(FlowNode node) =>
        (node.Name, node.Identity, node.OnError + string.Join(';', node.Targets.Select(port => string.Join(',', port))));

    private static TopologyPlan Of(TopologyPlan plan, LanePlan lane) => plan with
    {
        Name = $"{plan.Name}.{lane.Name}",
        Schema = new FeatureSchema([]),
        Matches = [],
        Model = null,
        Audiences = [],
        Decisions = new DecisionDocument { Topology = plan.Name, Version = plan.Version },
        Source = plan.Source with { DeduplicateWithin = TimeSpan.Zero },
        Topics = plan.Topics with { EventsName = lane.Topic[plan.Topics.Prefix.Length..] },
        Flow = new FlowPlan([lane], ""),
    };
}
