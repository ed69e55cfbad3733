using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Observe;

/// <summary>One partition task, as far as the counts of operators need it.</summary>
/// <param name="Progress">Counts of the main job.</param>
/// <param name="Nodes">Counts of the topology's nodes.</param>
/// <param name="Times">What it spends its time on.</param>
/// <param name="Parts">Which operators keep how much.</param>
/// <param name="Keys">Records of its scope in the store; 0 while they were not counted.</param>
/// <param name="Bytes">Of those records.</param>
public sealed record WatchedTask(
    TaskProgress Progress, IReadOnlyList<OperatorTotals> Nodes, TaskTimes Times, IReadOnlyList<StatePart> Parts, long Keys = 0, long Bytes = 0);

/// <summary>
/// The counts of all tasks of an engine by the operators of the topology, in the order in which a record meets them. What the main
/// job does without nodes of its own (reading, deduplicating, featurizing, sending) is told in the same terms as nodes are.
/// </summary>
public static class OperatorTable
{
    private const string Source = "source";
    private const string Dedupe = "dedupe";
    private const string DeadLetters = "dead-letter";

    /// <param name="plan">The version that runs.</param>
    /// <param name="main">The tasks of the events.</param>
    /// <param name="beside">Those behind key-bys and other sources, each with the name of that source or key-by.</param>
    /// <param name="learner">Null where the learner runs elsewhere.</param>
    public static OperatorCounts[] Of(
        TopologyPlan plan,
        IReadOnlyList<WatchedTask> main,
        IReadOnlyList<(string Branch, WatchedTask Task)> beside,
        LearnerReport? learner = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Dictionary<string, OperatorCounts> counts = new(StringComparer.Ordinal);
        TaskTotals totals = new();
        foreach (WatchedTask task in main)
        {
            totals.Add(task.Progress.Totals);
        }

        AddNodes(counts, main.SelectMany(task => task.Nodes).Where(node => node.Operator != Source));
        string? events = SourceOf(plan);
        string dedupe = DedupeOf(plan);
        if (events is not null)
        {
            AddMain(counts, plan, main, totals, events, dedupe);
        }

        foreach ((string branch, WatchedTask task) in beside)
        {
            AddBeside(counts, plan, branch, task);
        }

        if (learner is not null && Named(plan, "learner") is { } itsName)
        {
            long seen = learner.Examples + learner.Replayed + learner.Refused;
            Add(counts, new OperatorCounts(itsName, "learner", seen, learner.Examples, learner.Refused, 0, 0, 0));
        }

        foreach (WatchedTask task in main.Concat(beside.Select(each => each.Task)))
        {
            AddState(counts, task, dedupe, Named(plan, "profile"));
        }

        AddDeadLetters(counts, plan, totals);
        return [.. NamesOf(plan).Where(counts.ContainsKey).Select(name => counts[name])];
    }

    /// <summary>All operators of a topology, in the order in which a record meets them.</summary>
    public static IEnumerable<string> NamesOf(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string? events = SourceOf(plan);
        bool deduplicates = plan.Source.DeduplicateWithin > TimeSpan.Zero;
        // Datasets have lanes of their own, and counts of their own.
        IEnumerable<GraphNode> nodes = plan.Graph.Nodes.Where(node => node.Section != "datasets");
        return nodes.SelectMany(node => node.Name == events && deduplicates ? new[] { events, DedupeOf(plan) } : [node.Name]);
    }

    /// <summary>The node that is the source of the events; null where there is none.</summary>
    internal static string? SourceOf(TopologyPlan plan) => plan.Source.IdentityPaths.IsEmpty
        ? null
        : Named(plan, Source, name => plan.Records.All(source => source.Name != name));

    /// <summary>What deduplicates events is no node of the graph; its name is free unless a node took it.</summary>
    internal static string DedupeOf(TopologyPlan plan) => plan.Graph.Find(Dedupe) is null ? Dedupe : $"{SourceOf(plan)}.{Dedupe}";

    private static void AddMain(
        Dictionary<string, OperatorCounts> counts, TopologyPlan plan, IReadOnlyList<WatchedTask> tasks, TaskTotals totals, string events, string dedupe)
    {
        double read = tasks.Select(task => task.Times.ReadP99Micros).DefaultIfEmpty().Max();
        double apply = tasks.Select(task => task.Times.ApplyP99Micros).DefaultIfEmpty().Max();
        long passed = totals.Accepted + totals.DuplicateEvents;
        Add(counts, new OperatorCounts(events, Source, passed + totals.Rejected, passed, totals.Rejected, read, 0, 0));
        if (plan.Source.DeduplicateWithin > TimeSpan.Zero)
        {
            Add(counts, new OperatorCounts(dedupe, Dedupe, passed, totals.Accepted, 0, 0, 0, 0));
        }

        if (Named(plan, "profile") is not { } profile)
        {
            return;
        }

        if (!counts.ContainsKey(profile))
        {
            Add(counts, new OperatorCounts(profile, "profile", totals.Accepted, totals.Scored, 0, apply, 0, 0));
        }

        AddSink(counts, plan, "scores", totals.Scored);
        AddSink(counts, plan, "training", totals.Positives + totals.Negatives);
    }

    private static void AddSink(Dictionary<string, OperatorCounts> counts, TopologyPlan plan, string name, long records)
    {
        if (plan.Graph.Find(name) is { Section: not "nodes" } sink && !counts.ContainsKey(name))
        {
            Add(counts, new OperatorCounts(name, sink.Operator, records, records, 0, 0, 0, 0));
        }
    }

    private static void AddBeside(Dictionary<string, OperatorCounts> counts, TopologyPlan plan, string branch, WatchedTask task)
    {
        AddNodes(counts, task.Nodes.Where(node => node.Operator != Source));
        // The far end of a key-by is no operator of its own.
        if (plan.Graph.Find(branch) is { Operator: Source })
        {
            TaskTotals totals = task.Progress.Totals;
            long passed = totals.Accepted + totals.DuplicateEvents;
            Add(counts, new OperatorCounts(branch, Source, passed + totals.Rejected, passed, totals.Rejected, task.Times.ReadP99Micros, 0, 0));
        }
    }

    private static void AddNodes(Dictionary<string, OperatorCounts> counts, IEnumerable<OperatorTotals> nodes)
    {
        foreach (OperatorTotals node in nodes)
        {
            long errors = node.Errors.Values.Sum();
            // What goes out of these goes to topics, not to nodes.
            long sent = node.Operator is "sink" or DeadLetters ? node.In - errors : node.Out;
            Add(counts, new OperatorCounts(node.Node, node.Operator, node.In, sent, errors, node.P99Micros, 0, 0));
        }
    }

    // Every operator's share of the records; what is left is the profile's, which every record of a visitor has.
    private static void AddState(Dictionary<string, OperatorCounts> counts, WatchedTask task, string dedupe, string? profile)
    {
        double rest = 1;
        foreach (StatePart part in task.Parts)
        {
            string name = part.Name switch
            {
                StatePart.EventIds => dedupe,
                StatePart.Pending => "training",
                _ => part.Name,
            };
            if (counts.ContainsKey(name))
            {
                Keep(counts, name, part.KeyShare * task.Keys, part.ByteShare * task.Bytes);
                rest -= part.ByteShare;
            }
        }

        if (profile is not null && counts.TryGetValue(profile, out OperatorCounts? _) && task.Parts.Count > 0)
        {
            Keep(counts, profile, task.Keys, rest * task.Bytes);
        }
    }

    private static void Keep(Dictionary<string, OperatorCounts> counts, string name, double keys, double bytes) => counts[name] = counts[name] with
    {
        StateKeys = counts[name].StateKeys + (long)Math.Round(keys),
        StateBytes = counts[name].StateBytes + (long)Math.Round(bytes),
    };

    private static void AddDeadLetters(Dictionary<string, OperatorCounts> counts, TopologyPlan plan, TaskTotals totals)
    {
        if (Named(plan, DeadLetters, static name => name == DeadLetters) is { } name)
        {
            long failed = plan.Graph.Into(name)
                .Where(edge => edge.FromPort == OperatorPorts.Errors && plan.Graph.Find(edge.From)?.Operator != Source)
                .Sum(edge => counts.GetValueOrDefault(edge.From)?.Errors ?? 0);
            long records = failed + totals.Rejected + (counts.GetValueOrDefault(name)?.In ?? 0);
            counts[name] = new OperatorCounts(name, DeadLetters, records, records, 0, 0, 0, 0);
        }
    }

    private static void Add(Dictionary<string, OperatorCounts> counts, OperatorCounts more) =>
        counts[more.Name] = counts.GetValueOrDefault(more.Name) is not { } before ? more : more with
        {
            In = before.In + more.In,
            Out = before.Out + more.Out,
            Errors = before.Errors + more.Errors,
            P99Micros = Math.Max(before.P99Micros, more.P99Micros),
            StateKeys = before.StateKeys + more.StateKeys,
            StateBytes = before.StateBytes + more.StateBytes,
        };

    private static string? Named(TopologyPlan plan, string operation, Func<string, bool>? also = null) =>
        plan.Graph.Nodes.FirstOrDefault(node => node.Operator == operation && (also is null || also(node.Name)))?.Name;
}
