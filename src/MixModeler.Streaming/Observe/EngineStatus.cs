using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Observe;

/// <summary>Everything an engine tells about itself, in one snapshot: what `/v1/status` answers and `/metrics` counts.</summary>
public sealed record EngineStatus
{
    public string Topology { get; set; } = "";

    public string TopologyVersion { get; set; } = "";

    /// <summary>Every part of this process's roles was started; from here on partitions may be assigned.</summary>
    public bool Started { get; set; }

    /// <summary>False while anything stands still; <see cref="Problems"/> says what.</summary>
    public bool Healthy { get; set; }

    public string[] Problems { get; set; } = [];

    /// <summary>Records applied by this engine's partitions since their state began, and what became of them.</summary>
    public long Applied { get; set; }

    public long Accepted { get; set; }

    public long DuplicateEvents { get; set; }

    /// <summary>Dead letters by reason.</summary>
    public SortedDictionary<string, long> Rejected { get; set; } = [];

    public long Scored { get; set; }

    public long Positives { get; set; }

    public long Negatives { get; set; }

    public long DecisionsSkipped { get; set; }

    /// <summary>The auditor: offsets that were never applied, and offsets applied more than once. Both stay 0.</summary>
    public long Lost { get; set; }

    public long Duplicated { get; set; }

    /// <summary>Records in the log that are not applied yet.</summary>
    public long Lag { get; set; }

    public long ModelVersion { get; set; }

    public PartitionReport[] Partitions { get; set; } = [];

    /// <summary>What every operator did here, in the order in which a record meets them.</summary>
    public OperatorCounts[] Operators { get; set; } = [];

    /// <summary>What this engine harmonizes; a dataset whose rules were changed stands here twice until the new version is shown.</summary>
    public DatasetReport[] Datasets { get; set; } = [];

    /// <summary>Models of attribution.</summary>
    public AttributionReport[] Attributions { get; set; } = [];

    /// <summary>Marketing-mix models that are owned here.</summary>
    public MixStanding[] Mixes { get; set; } = [];

    /// <summary>Null where the learner runs elsewhere.</summary>
    public LearnerReport? Learner { get; set; }

    /// <summary>Null where the hub runs elsewhere.</summary>
    public HubReport? Hub { get; set; }
}

/// <summary>One partition of the events topic.</summary>
public sealed record PartitionReport(int Partition, string State, long NextOffset, long Lag, long Lost, long Duplicated, string? Problem);

/// <summary>The learner: how many examples made the model, and how well it foresaw each before learning it.</summary>
public sealed record LearnerReport
{
    public long Examples { get; set; }

    public long Replayed { get; set; }

    public long Refused { get; set; }

    public long Lag { get; set; }

    /// <summary>The auditor's view of the training log.</summary>
    public QualityReport SinceStart { get; set; } = new();

    public QualityReport Window { get; set; } = new();
}

/// <summary>Prequential quality; null where it has no value yet.</summary>
public sealed record QualityReport
{
    public long Examples { get; set; }

    public long Positives { get; set; }

    public double? Auc { get; set; }

    public double? LogLoss { get; set; }

    public double? Brier { get; set; }

    public double? CalibrationError { get; set; }
}

/// <summary>The hub and its edges.</summary>
public sealed record HubReport(int Port, int Edges, int Visitors, long HeadSequence, long DecisionsTaken, long RowsReplayed, bool IsComplete);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(EngineStatus))]
[JsonSerializable(typeof(MixStanding[]))]
[JsonSerializable(typeof(PlanStanding[]))]
public sealed partial class EngineStatusJson : JsonSerializerContext
{
    /// <summary>Quotes as they are: the answers are read by people, and are no part of a page.</summary>
    public static EngineStatusJson Readable =>
        field ??= new EngineStatusJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
