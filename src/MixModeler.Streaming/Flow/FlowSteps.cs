using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Flow.Steps;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Topology.Operators.Custom;

namespace MixModeler.Streaming.Flow;

/// <summary>Settings into what runs and what is kept.</summary>
internal static class FlowSteps
{
    public static IFlowStep Create(FlowNode node, int place, IFlowOutputs outputs, FlowJson json, IProfileStage? profile) => node.Settings switch
    {
        FilterSettings filter => new FilterStep(node, filter),
        MapSettings map => new MapStep(node, map),
        BranchSettings branch => new BranchStep(node, branch),
        SplitSettings split => new SplitStep(node, split),
        UnionSettings union => new UnionStep(node, union),
        KeyBySettings keyBy => new KeyByStep(node, keyBy, outputs, json),
        DedupeSettings dedupe => new DedupeStep(node, dedupe),
        WindowSettings { Kind: WindowKind.Session } window => new SessionStep(node, place, window),
        WindowSettings window => new PaneStep(node, place, window),
        JoinSettings join => new JoinStep(node, place, join),
        LookupSettings lookup => new LookupStep(node, lookup),
        EnrichSettings enrich => new EnrichStep(node, place, enrich),
        OneHotSettings oneHot => new OneHotStep(node, oneHot),
        ModelSettings model => new ModelStep(node, model),
        ProfileSettings its => new ProfileStep(node, its, profile ?? throw new InvalidOperationException("a lane with a profile needs its stage")),
        AudiencesSettings audiences => new AudiencesStep(node, place, audiences, outputs, json),
        SinkSettings sink => new SinkStep(node, sink, outputs, json),
        DeadLetterSettings deadLetter => new DeadLetterStep(node, deadLetter, outputs, json),
        CustomSettings custom => new CustomStep(node, place, custom),
        _ => new SourceStep(),
    };

    /// <summary>What a lane's nodes keep of each key, in the order of a layout.</summary>
    public static IEnumerable<OperatorState> StatesOf(LanePlan lane) =>
        lane.Keeping.Select(node => new OperatorState(node.Name, node.Identity, () => MemoryOf(node)));

    private static OperatorMemory MemoryOf(FlowNode node) => node.Settings switch
    {
        DedupeSettings => new DedupeMemory(),
        WindowSettings { Kind: WindowKind.Session } window => new SessionMemory(window),
        WindowSettings window => new PaneMemory(window),
        JoinSettings join => new JoinMemory(join.WithinMs + join.LatenessMs),
        CustomSettings => new CustomMemory(),
        AudiencesSettings audiences => new AudienceMemory(AudiencesStep.Hashes(audiences)),
        _ => throw new InvalidOperationException($"'{node.Operator}' keeps nothing"),
    };
}
