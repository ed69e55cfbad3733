using System.Collections.Immutable;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology;

/// <summary>A resolved tree into a plan: section by section, then the graph of all of them.</summary>
internal sealed class TopologyCompiler(INodeCheck check, ProblemList problems)
{
    private static readonly string[] MakeNodes = ["source", "sources", "harmonize", "features", "model", "models", "audiences", "nodes", "datasets"];
    private static readonly string[] NeedFeatures = ["model", "models", "scores", "audiences", "decisions"];

    /// <summary>Null where the tree is no map; not worth anything where there are problems.</summary>
    public TopologyPlan? Compile(YamlNode rootNode)
    {
        MapReader? root = MapReader.Open(rootNode, "a topology", problems, TopologyLanguage.Root);
        if (root is null)
        {
            return null;
        }

        // Nodes or datasets can be all there is; without them a topology is about features of visitors.
        bool isGraph = root.Has("nodes") || root.Has(DatasetSections.Datasets) || root.IsMisspelt(DatasetSections.Datasets);
        bool hasFeatures = root.Has("features");
        string name = root.Name("topology") ?? "";
        string tenant = root.Name("tenant") ?? "";
        SourceSection sources = SourceSection.Read(root, required: !isGraph || hasFeatures, problems);
        List<GraphNode> steps = HarmonizeSection.Read(root, problems);
        FeatureSection features = FeatureSection.Read(root, required: !isGraph, problems);
        ModelPlan? model = ModelSection.Read(root, tenant, problems);
        List<AudiencePlan> audiences = AudienceSection.Read(root, problems);
        DecisionDocument decisions = DecisionSection.Read(root, features, audiences, problems);
        TopicNames topics = ReadTopics(root, sources.EventPlan);
        (HarmonizePlan harmonized, List<(DatasetPlan Dataset, Place Place)> datasets) = DatasetSections.Read(root, sources.EventPlan, topics, problems);
        ImmutableArray<AttributionPlan> attributions = AttributionSection.Read(root, sources.EventPlan, problems);
        ImmutableArray<MixPlan> mixes = MixSection.Read(root, harmonized, attributions, problems);
        CheckForms(root);
        CheckNeeds(root, sources, isGraph, hasFeatures);
        TopologyGraph? graph = BuildGraph(root, sources, steps, builder => builder.AddDatasets(datasets, sources.EventName, topics.EventsName));
        TopologyPlan plan = new()
        {
            Name = name,
            Tenant = tenant,
            Version = "",
            Source = sources.EventPlan ?? new SourcePlan { IdentityPaths = [] },
            Records = [.. sources.RecordPlans],
            Schema = new FeatureSchema(features.Features),
            Matches = [.. features.Matches],
            Model = model,
            Audiences = [.. audiences],
            Harmonized = harmonized,
            Attributions = attributions,
            Mixes = mixes,
            Plans = PlanSection.Read(root, mixes, problems),
            Topics = topics,
            Graph = graph ?? TopologyGraph.Empty,
            Decisions = decisions with
            {
                Topology = name,
                Model = model?.Name ?? "",
                BaseRate = model?.BaseRate ?? 0,
                Features = [.. features.Features],
            },
        };
        FlowPlan? flow = graph is null ? null : check.Compile(plan, problems);
        return plan with { Flow = flow, FrontIdentity = flow?.FrontIdentity ?? "" };
    }

    private static TopicNames ReadTopics(MapReader root, SourcePlan? events)
    {
        TopicNames otherwise = new();
        return new TopicNames(root.Open("sinks")?.Name("prefix") ?? otherwise.Prefix) { EventsName = events?.Topic ?? otherwise.EventsName };
    }

    private void CheckForms(MapReader root)
    {
        foreach ((string one, string other) in TopologyLanguage.TwoForms.Where(forms => root.Has(forms.One) && root.Has(forms.Other)))
        {
            string place = root.KeyNode(one).SeenFrom(root.KeyNode(other));
            problems.Add(root.KeyNode(other), $"'{other}' and '{one}' are two forms of one thing: keep one; '{one}' is in {place}");
        }
    }

    private void CheckNeeds(MapReader root, SourceSection sources, bool isGraph, bool hasFeatures)
    {
        if (isGraph && !hasFeatures)
        {
            foreach (string section in NeedFeatures.Where(root.Has))
            {
                problems.Add(root.KeyNode(section), $"'{section}' needs 'features'");
            }
        }

        string? needy = hasFeatures ? "features" : root.Has("harmonize") ? "harmonize" : null;
        if (needy is not null && sources.EventName is null && root.Has("sources") && sources.Written.Count > 0)
        {
            problems.Add(root.KeyNode("sources"), $"'{needy}' needs a source of events: every source here has 'kind: records'");
        }
    }

    private TopologyGraph? BuildGraph(MapReader root, SourceSection sources, List<GraphNode> steps, Action<GraphBuilder> addDatasets)
    {
        GraphBuilder builder = new(check, problems);
        builder.AddSources(sources);
        YamlNode? Key(params string[] keys) => keys.Where(root.Has).Select(root.KeyNode).FirstOrDefault();
        builder.AddChain(sources.EventName, steps, Key("features"), Key("model", "models"), Key("audiences"));
        addDatasets(builder);
        List<GraphNode> nodes = NodeSection.Read(root, problems);
        builder.AddNodes(nodes);
        List<WrittenEdge> edges = EdgeSection.Read(root, problems);
        bool isRead = problems.IsEmpty;
        if (isRead && builder.Build(edges, root.Node) is { } graph)
        {
            return graph;
        }

        // A wrong graph hides nothing that can be said of its nodes one by one.
        nodes.ForEach(node => check.CheckAlone(node, problems));
        // Where a section is missing, perhaps by a slip, that its nodes are missing is no news.
        bool isMisspelt = MakeNodes.Any(root.IsMisspelt);
        if (!isRead && !isMisspelt && sources.Written.Count > 0 && (root.Has("features") || root.Has("nodes")))
        {
            builder.CheckNames(edges, root.Node);
        }

        return null;
    }
}
