using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// Sections and written nodes into one graph. The sections make a chain, `events` → their steps → `profile` → `scores`; an edge
/// that somebody wrote into one of these takes the place of the one that the chain implies.
/// </summary>
internal sealed class GraphBuilder(INodeCheck check, ProblemList problems)
{
    public const string Profile = "profile";
    public const string Scores = "scores";
    public const string Training = "training";
    public const string Learner = "learner";
    public const string Audiences = "audiences";
    public const string DeadLetter = "dead-letter";
    public const string HarmonizedTable = "harmonized table";
    private const string SinkOperator = "sink";

    private readonly Dictionary<string, GraphNode> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OperatorPorts?> ports = new(StringComparer.Ordinal);
    private readonly List<GraphEdge> implied = [];

    public IReadOnlyDictionary<string, GraphNode> Nodes => nodes;

    public OperatorPorts? PortsOf(string node) => ports[node];

    public void AddSources(SourceSection sources)
    {
        foreach ((string name, YamlNode key, YamlNode value) in sources.Written)
        {
            Add(new GraphNode(name, "source", sources.Section, key.Place) { Options = value }, OperatorPorts.Source);
        }
    }

    /// <summary>The steps, and what is made of the features behind them.</summary>
    /// <param name="source">The source of the events; null where there is none.</param>
    /// <param name="steps">What stands between.</param>
    /// <param name="profile">The key of `features`; null where there is none.</param>
    /// <param name="model">The key of the model; null where there is none.</param>
    /// <param name="audiences">The key of `audiences`; null where there is none.</param>
    public void AddChain(string? source, List<GraphNode> steps, YamlNode? profile, YamlNode? model, YamlNode? audiences)
    {
        string? last = source;
        foreach (GraphNode step in steps)
        {
            Add(step, OperatorPorts.Step);
            last = Imply(last, OperatorPorts.Out, step.Name);
        }

        if (profile is null)
        {
            return;
        }

        Add(new GraphNode(Profile, Profile, "features", profile.Place), OperatorPorts.Profile);
        Add(new GraphNode(Scores, SinkOperator, "sinks", profile.Place), OperatorPorts.Sink);
        Imply(last, OperatorPorts.Out, Profile);
        Imply(Profile, OperatorPorts.Out, Scores);
        if (model is not null)
        {
            Add(new GraphNode(Training, SinkOperator, "model", model.Place), OperatorPorts.Step);
            Add(new GraphNode(Learner, Learner, "model", model.Place), OperatorPorts.Sink);
            Imply(Profile, Training, Training);
            Imply(Training, OperatorPorts.Out, Learner);
        }

        if (audiences is not null)
        {
            Add(new GraphNode(Audiences, Audiences, Audiences, audiences.Place), OperatorPorts.Sink);
            Imply(Profile, OperatorPorts.Out, Audiences);
        }
    }

    /// <summary>Topics, datasets and the table that they make. Their names have blanks, so that no edge can name them.</summary>
    /// <param name="datasets">Each with its place.</param>
    /// <param name="source">The source of the events; null where there is none.</param>
    /// <param name="events">The topic of the events: what stands on it comes from the source.</param>
    public void AddDatasets(List<(DatasetPlan Dataset, Place Place)> datasets, string? source, string events)
    {
        foreach ((DatasetPlan dataset, Place place) in datasets)
        {
            string from = source is not null && dataset.Topic == events ? source : $"topic {dataset.Topic}";
            if (!nodes.ContainsKey(from))
            {
                Add(new GraphNode(from, "topic", DatasetSections.Datasets, place), OperatorPorts.Source);
            }

            if (!nodes.ContainsKey(HarmonizedTable))
            {
                Add(new GraphNode(HarmonizedTable, "table", DatasetSections.Datasets, place), OperatorPorts.Table);
            }

            string name = $"dataset {dataset.Name}";
            Add(new GraphNode(name, "dataset", DatasetSections.Datasets, place), OperatorPorts.Step);
            Imply(from, OperatorPorts.Out, name);
            Imply(name, OperatorPorts.Out, HarmonizedTable);
        }
    }

    public void AddNodes(List<GraphNode> written)
    {
        foreach (GraphNode node in written)
        {
            Add(node, check.PortsOf(node) ?? Known(node.Operator));
        }
    }

    /// <summary>Where sections have problems: names of nodes and ports only, for what flows is then not known.</summary>
    public void CheckNames(List<WrittenEdge> written, YamlNode root)
    {
        AddDeadLetter(root);
        new EdgeResolver(this, problems).Resolve(written);
    }

    /// <summary>The graph, or null with problems. Whatever fails goes to the dead letters unless its policy says otherwise.</summary>
    public TopologyGraph? Build(List<WrittenEdge> written, YamlNode root)
    {
        int problemsBefore = problems.Count;
        AddDeadLetter(root);
        foreach (GraphNode node in nodes.Values.Where(node => node.Operator != DeadLetter && MayFail(node)))
        {
            Imply(node.Name, OperatorPorts.Errors, DeadLetter);
        }

        List<GraphEdge> edges = new EdgeResolver(this, problems).Resolve(written);
        if (problems.Count == problemsBefore)
        {
            edges.AddRange(implied.Where(edge => !edges.Exists(instead => Replaces(instead, edge))));
            new GraphCheck(this, edges, problems).Check(root);
        }

        if (problems.Count > problemsBefore)
        {
            return null;
        }

        return GraphOrder.Sort(nodes.Values, edges);
    }

    private void AddDeadLetter(YamlNode root) =>
        Add(new GraphNode(DeadLetter, DeadLetter, "sinks", root.Place), OperatorPorts.DeadLetter);

    private bool Replaces(GraphEdge written, GraphEdge impliedEdge)
    {
        bool isSameEnd = written.To == impliedEdge.To && written.ToPort == impliedEdge.ToPort;
        bool isSameStart = written.From == impliedEdge.From && written.FromPort == impliedEdge.FromPort;
        bool takesMany = ports[impliedEdge.To]?.Inputs.Any(port => port.Name == impliedEdge.ToPort && port.TakesMany) == true;
        return takesMany ? isSameStart && (isSameEnd || impliedEdge.FromPort == OperatorPorts.Errors) : isSameEnd;
    }

    // The built-in operators that write and learn answer for failures themselves.
    private static bool MayFail(GraphNode node) =>
        node.OnError.HasDeadLetters && (node.Operator == "source" || node.Section is "harmonize" or "nodes" || node.Operator is "topic" or "dataset");

    private void Add(GraphNode node, OperatorPorts? itsPorts)
    {
        if (nodes.TryGetValue(node.Name, out GraphNode? first))
        {
            string what = first.Section is "nodes" or "source" or "sources" ? "is here twice" : $"is also what '{first.Section}' makes";
            // What a section makes has the section's place; the name that can be changed is the other.
            GraphNode changeable = node.Section is "nodes" or "source" or "sources" or "harmonize" ? node : first;
            GraphNode other = ReferenceEquals(changeable, node) ? first : node;
            if (!ReferenceEquals(changeable, node))
            {
                what = $"is also what '{node.Section}' makes";
            }

            string place = changeable.Place.File == other.Place.File ? $"line {other.Place.Line}" : other.Place.ToString();
            problems.Add(changeable.Place, $"the node '{node.Name}' {what}, in {place}: choose another name");
            return;
        }

        nodes.Add(node.Name, node);
        ports.Add(node.Name, itsPorts);
    }

    private string Imply(string? from, string fromPort, string to)
    {
        if (from is not null && nodes.TryGetValue(from, out GraphNode? node))
        {
            implied.Add(new GraphEdge(from, fromPort, to, OperatorPorts.In, node.Place, IsImplied: true));
        }

        return to;
    }

    private static OperatorPorts? Known(string operation) => operation switch
    {
        "source" => OperatorPorts.Source,
        SinkOperator => OperatorPorts.Sink,
        DeadLetter => OperatorPorts.DeadLetter,
        _ => null,
    };
}
