using System.Collections.Immutable;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology;

/// <summary>A topology after validation: immutable, names resolved to ordinals, ready to run. Made by TopologyLoader.</summary>
public sealed record TopologyPlan
{
    public required string Name { get; init; }

    public required string Tenant { get; init; }

    /// <summary>First 12 hex digits of the SHA-256 of <see cref="ResolvedText"/>: comments and the order of keys do not change it.</summary>
    public required string Version { get; init; }

    public required SourcePlan Source { get; init; }

    public required FeatureSchema Schema { get; init; }

    /// <summary>What each feature of the schema matches, in the schema's order.</summary>
    public required ImmutableArray<FeatureMatch> Matches { get; init; }

    /// <summary>Null where a topology only computes features.</summary>
    public ModelPlan? Model { get; init; }

    public required TopicNames Topics { get; init; }

    /// <summary>
    /// Everything between the source and the features that decides which events reach them, and how they look: canonical text,
    /// empty where there is nothing. Part of every feature's identity.
    /// </summary>
    public string FrontIdentity { get; init; } = "";

    /// <summary>What the edges need; scopes may be empty.</summary>
    public required DecisionDocument Decisions { get; init; }

    /// <summary>Sources of records beside the events, by name.</summary>
    public ImmutableArray<RecordSourcePlan> Records { get; init; } = [];

    public ImmutableArray<AudiencePlan> Audiences { get; init; } = [];

    /// <summary>Datasets and what is made of them; empty where the topology has none.</summary>
    public HarmonizePlan Harmonized { get; init; } = HarmonizePlan.Empty;

    /// <summary>Models of attribution, in the order of their names.</summary>
    public ImmutableArray<AttributionPlan> Attributions { get; init; } = [];

    /// <summary>Marketing-mix models, in the order of their names.</summary>
    public ImmutableArray<MixPlan> Mixes { get; init; } = [];

    /// <summary>Budget plans that follow a mix, in the order of their names.</summary>
    public ImmutableArray<PlanDeclaration> Plans { get; init; } = [];

    /// <summary>
    /// False where a topology has datasets and no source of events: then events, if there are any, are those of datasets, and nobody
    /// keeps anything of visitors.
    /// </summary>
    public bool ReadsEvents => !Source.IdentityPaths.IsEmpty || Harmonized.IsEmpty;

    /// <summary>All of the above, and the nodes and edges written out, as one graph.</summary>
    public TopologyGraph Graph { get; init; } = TopologyGraph.Empty;

    /// <summary>The nodes, compiled; null where the topology has nothing but features.</summary>
    internal FlowPlan? Flow { get; init; }

    /// <summary>
    /// The topology as one file without includes and environments, from which TopologyLoader.Parse makes the same plan.
    /// Empty where a plan was not made from a text.
    /// </summary>
    public string ResolvedText { get; init; } = "";
}

/// <summary>Visitors for whom an expression over score and features holds.</summary>
public sealed record AudiencePlan(string Name, ExpressionText When, string Description = "");

/// <summary>Feature i takes part in an event whose value at <see cref="Path"/> equals <see cref="Value"/>.</summary>
/// <param name="Path">Dotted path, `eventType` unless said otherwise.</param>
/// <param name="Value">Exact text.</param>
/// <param name="AmountPath">For decayed sums: the path of the number that is added; null adds 1.</param>
public sealed record FeatureMatch(string Path, string Value, string? AmountPath = null);

/// <summary>What is learned, and how.</summary>
public sealed record ModelPlan
{
    public required string Name { get; init; }

    /// <summary>The label is an event of this type …</summary>
    public required string LabelEvent { get; init; }

    /// <summary>… of the same visitor within this span of event time after the decision.</summary>
    public TimeSpan LabelWithin { get; init; } = TimeSpan.FromDays(7);

    /// <summary>P(label) before anything was learned.</summary>
    public double BaseRate { get; init; } = 0.02;

    public LearnerOptions Learner { get; init; } = new();

    /// <summary>Where the score stands in the profile, e.g. `_luma.propensity`.</summary>
    public required string ProfilePath { get; init; }
}

/// <summary>FTRL-Proximal (McMahan et al., KDD 2013, algorithm 1).</summary>
public sealed record LearnerOptions
{
    /// <summary>Learning rate of the per-coordinate schedule α/(β+√Σg²).</summary>
    public double Alpha { get; set; } = 0.1;

    public double Beta { get; set; } = 1;

    public double L1 { get; set; }

    public double L2 { get; set; }

    /// <summary>Examples in the sliding window of the prequential metrics.</summary>
    public int WindowExamples { get; set; } = 10_000;
}
