using System.Collections.Immutable;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology;

/// <summary>A topology after validation: immutable, names resolved to ordinals, ready to run. Made by TopologyLoader.</summary>
public sealed record TopologyPlan
{
    public required string Name { get; init; }

    public required string Tenant { get; init; }

    /// <summary>First 12 hex digits of the hash of the file's content.</summary>
    public required string Version { get; init; }

    public required SourcePlan Source { get; init; }

    public required FeatureSchema Schema { get; init; }

    /// <summary>What each feature of the schema matches, in the schema's order.</summary>
    public required ImmutableArray<FeatureMatch> Matches { get; init; }

    /// <summary>Null where a topology only computes features.</summary>
    public ModelPlan? Model { get; init; }

    public required TopicNames Topics { get; init; }

    /// <summary>What the edges need; scopes may be empty.</summary>
    public required DecisionDocument Decisions { get; init; }
}

/// <summary>How events are read.</summary>
public sealed record SourcePlan
{
    /// <summary>
    /// Dotted paths into the XDM entity; the first that is present names the visitor. `identityMap.NS` takes the first id of
    /// that namespace, or the one marked primary.
    /// </summary>
    public required ImmutableArray<string> IdentityPaths { get; init; }

    /// <summary>An event whose `_id` was seen within this span of event time is dropped; zero turns it off.</summary>
    public TimeSpan DeduplicateWithin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How far an event may lag behind the newest of its partition; older ones are dead letters.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How far an event time may lie ahead of its record's own timestamp; beyond it is a dead letter.</summary>
    public TimeSpan FutureMax { get; init; } = TimeSpan.FromHours(1);
}

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

/// <summary>Full topic names: prefix + the names of the design.</summary>
public sealed record TopicNames(string Prefix = "mm.")
{
    public string Events => Prefix + "events";

    public string Training => Prefix + "training";

    public string Models => Prefix + "models";

    public string Scores => Prefix + "scores";

    public string Decisions => Prefix + "decisions";

    public string DeadLetter => Prefix + "deadletter";

    public string Topologies => Prefix + "topologies";
}
