using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// A topology's graph into lanes of compiled nodes: options are checked against the contracts, records get their types from node
/// to node, and expressions are compiled. Every problem has its place.
/// </summary>
internal sealed class FlowCompiler
{
    private readonly TopologyPlan plan;
    private readonly ProblemList problems;
    private readonly NodeCompiler compiler;
    private readonly List<LaneDraft> lanes = [];
    private readonly Dictionary<string, Drafted> drafted = new(StringComparer.Ordinal);

    private FlowCompiler(TopologyPlan plan, NodeCompiler compiler, ProblemList problems)
    {
        this.plan = plan;
        this.compiler = compiler;
        this.problems = problems;
    }

    private sealed record Drafted(LaneDraft Draft, int Place, GraphNode Node, CompiledNode Compiled, int Input);

    /// <returns>Null where the topology has nothing but features, or where there are problems.</returns>
    public static FlowPlan? Compile(TopologyPlan plan, NodeCompiler compiler, ProblemList problems)
    {
        int problemsBefore = problems.Count;
        FlowCompiler flow = new(plan, compiler, problems);
        GraphNode[] nodes = [.. plan.Graph.Nodes.Where(NodeCompiler.IsCompiled)];
        if (!nodes.Any(node => node.Operator is not ("source" or "profile")))
        {
            return null;
        }

        foreach (GraphNode node in nodes)
        {
            flow.Add(node);
        }

        if (problems.Count > problemsBefore)
        {
            return null;
        }

        flow.Connect();
        LaneDraft events = flow.lanes.Find(lane => lane.Name.Length == 0) ?? LaneDraft.OfEvents(plan, RecordSchema.Of([]), []);
        IEnumerable<LaneDraft> used = flow.lanes.Where(lane => lane != events && lane.Nodes.Count > 1).Prepend(events);
        string front = flow.drafted.Values.FirstOrDefault(node => node.Compiled.Settings is ProfileSettings) is { } profile
            ? flow.Front(profile.Node.Name)
            : "";
        return new FlowPlan([.. used.Select(lane => lane.Finish(plan))], front);
    }

    private void Add(GraphNode node)
    {
        if (node.Operator == "source")
        {
            AddSource(node);
            return;
        }

        GraphEdge[] edges = [.. plan.Graph.Into(node.Name)];
        Drafted?[] from = [.. edges.Select(edge => drafted.GetValueOrDefault(edge.From))];
        if (from.Length == 0 || from.Contains(null))
        {
            // What stands before it could not be compiled, and said so.
            return;
        }

        LaneDraft[] itsLanes = [.. from.Select((source, e) => LaneBehind(source!, edges[e])).Distinct()];
        if (itsLanes.Length > 1)
        {
            problems.Add(node.Place, $"the inputs of '{node.Name}' have different keys ({string.Join(" and ", itsLanes.Select(lane => lane.Called))}): only streams of one source and one key-by can meet");
            return;
        }

        LaneDraft lane = itsLanes[0];
        (RecordSchema Schema, int Slot)[] inputs = Inputs(node, edges, from!, lane);
        if (compiler.Compile(node, [.. inputs.Select(input => input.Schema)], plan, problems) is not { } compiled || !MayStand(node, compiled, lane))
        {
            return;
        }

        int place = lane.Add(node, compiled, [.. inputs.Select(input => input.Slot)], Identity(node, compiled, edges));
        drafted.Add(node.Name, new Drafted(lane, place, node, compiled, inputs[0].Slot));
        if (compiled.Settings is KeyBySettings keyBy)
        {
            lanes.Add(LaneDraft.Behind(node, keyBy, compiled.Schema, lane.Nodes[place].Identity));
        }
    }

    private void AddSource(GraphNode node)
    {
        RecordSourcePlan? records = plan.Records.FirstOrDefault(source => source.Name == node.Name);
        List<CelField> fields = [];
        List<FieldRead> reads = [];
        foreach (FieldPlan field in records?.Fields ?? plan.Source.Fields)
        {
            if (RecordSchema.BuiltIn.Any(builtIn => builtIn.Name == field.Name))
            {
                problems.Add(node.Place, $"the field '{field.Name}' of '{node.Name}' is built in: choose another name");
                continue;
            }

            CelType type = TypeOf(field.Type);
            reads.Add(new FieldRead(field.Path, RecordSchema.BuiltIn.Length + fields.Count, type));
            fields.Add(new CelField(field.Name, type));
        }

        RecordSchema schema = RecordSchema.Of(fields);
        LaneDraft lane = records is null ? LaneDraft.OfEvents(plan, schema, [.. reads]) : LaneDraft.OfRecords(plan, records, schema, [.. reads]);
        lanes.Add(lane);
        CompiledNode compiled = new(new SourceSettings([.. reads]), lane.Schema);
        drafted.Add(node.Name, new Drafted(lane, lane.Add(node, compiled, [0], lane.Origin), node, compiled, 0));
    }

    private (RecordSchema, int)[] Inputs(GraphNode node, GraphEdge[] edges, Drafted[] from, LaneDraft lane)
    {
        (RecordSchema, int) Of(int e) => edges[e].FromPort == OperatorPorts.Errors ? (lane.SchemaAt(from[e].Input), from[e].Input)
            : from[e].Compiled.Settings is KeyBySettings ? (lane.Schema, 0)
            : (from[e].Compiled.Schema, lane.Nodes[from[e].Place].Output);

        ImmutableArray<string> ports = NodeCompiler.InputsOf(node);
        return node.Operator == "union" || ports.Length == 1
            ? [.. Enumerable.Range(0, edges.Length).Select(Of)]
            : [.. ports.Select(port => Of(Array.FindIndex(edges, edge => edge.ToPort == port)))];
    }

    private bool MayStand(GraphNode node, CompiledNode compiled, LaneDraft lane)
    {
        bool isVisitorLane = lane.Name.Length == 0;
        if (compiled.Settings is ProfileSettings or AudiencesSettings && !isVisitorLane)
        {
            problems.Add(node.Place, $"'{node.Name}' is about visitors, and records of '{lane.Name}' are by another key");
            return false;
        }

        // A window's records lie behind the newest event time by all that it waited for.
        if (compiled.Settings is WindowSettings or JoinSettings && lane.Windows.Contains(UpstreamWindow(node.Name, lane) ?? ""))
        {
            problems.Add(node.Place, $"'{node.Name}' stands behind the window '{UpstreamWindow(node.Name, lane)}' in one lane, and would find all its records too late: a key-by between them gives it a clock of its own");
            return false;
        }

        if (compiled.Settings is WindowSettings)
        {
            lane.Windows.Add(node.Name);
        }

        return true;
    }

    private string? UpstreamWindow(string name, LaneDraft lane) => plan.Graph.Into(name)
        .Where(edge => drafted.TryGetValue(edge.From, out Drafted? from) && from.Draft == lane)
        .Select(edge => lane.Windows.Contains(edge.From) ? edge.From : UpstreamWindow(edge.From, lane))
        .FirstOrDefault(window => window is not null);

    // Targets can only be set once every node has its place.
    private void Connect()
    {
        foreach (Drafted from in drafted.Values)
        {
            foreach ((GraphEdge edge, int _) in plan.Graph.OutOf(from.Node.Name).Select((edge, e) => (edge, e)))
            {
                if (!drafted.TryGetValue(edge.To, out Drafted? to))
                {
                    continue;
                }

                GraphEdge[] into = [.. plan.Graph.Into(edge.To)];
                int port = to.Compiled.Settings is UnionSettings
                    ? Array.IndexOf(into, edge)
                    : Math.Max(0, NodeCompiler.InputsOf(to.Node).IndexOf(edge.ToPort));
                LaneDraft lane = LaneBehind(from, edge);
                bool isFar = lane != from.Draft;
                lane.Connect(isFar ? 0 : from.Place, isFar ? OperatorPorts.Out : edge.FromPort, new FlowTarget(to.Place, port));
            }
        }
    }

    // What a key-by sends goes on in the lane of its name; what fails in it does not.
    private LaneDraft LaneBehind(Drafted from, GraphEdge edge) =>
        from.Compiled.Settings is KeyBySettings && edge.FromPort != OperatorPorts.Errors ? lanes.First(lane => lane.Name == from.Node.Name) : from.Draft;

    private ulong Identity(GraphNode node, CompiledNode compiled, GraphEdge[] edges) => OperatorIdentity.Of(
    [
        node.Operator, CanonicalOptions.Of(node.Options), compiled.Files, compiled.Schema.Canonical,
        .. edges.Select(edge => $"{edge.FromPort}>{edge.ToPort}:{IdentityOf(edge.From):x16}"),
    ]);

    private ulong IdentityOf(string name)
    {
        Drafted from = drafted[name];
        return from.Draft.Nodes[from.Place].Identity;
    }

    private string Front(string profile)
    {
        GraphEdge edge = plan.Graph.Into(profile).First();
        return drafted[edge.From].Compiled.Settings is SourceSettings ? "" : $"{edge.FromPort}:{IdentityOf(edge.From):x16}";
    }

    private static CelType TypeOf(FieldType type) => type switch
    {
        FieldType.Int => CelType.Int,
        FieldType.Double => CelType.Double,
        FieldType.Bool => CelType.Bool,
        FieldType.Timestamp => CelType.Timestamp,
        FieldType.List => CelType.AnyList,
        FieldType.Map => CelType.AnyMap,
        _ => CelType.String,
    };
}
