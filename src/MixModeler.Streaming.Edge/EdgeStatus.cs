using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Edge;

/// <summary>What an edge tells about itself: `GET /v1/status`, `/metrics`, RESP `INFO`.</summary>
public sealed record EdgeStatus
{
    public string Name { get; set; } = "";

    /// <summary>A snapshot was complete: decisions are answered.</summary>
    public bool Ready { get; set; }

    public bool HubConnected { get; set; }

    /// <summary>Since the last frame of a hub; null before the first.</summary>
    public long? StalenessMs { get; set; }

    /// <summary>Visitors of whom something is known.</summary>
    public int Rows { get; set; }

    public string? PlanVersion { get; set; }

    public long? ModelVersion { get; set; }

    /// <summary>Up to where this edge has its hub's changes.</summary>
    public long Sequence { get; set; }

    /// <summary>The hub's newest change, as of its last heartbeat.</summary>
    public long HeadSequence { get; set; }

    public long Decisions { get; set; }

    /// <summary>Decisions that the hub has acknowledged.</summary>
    public long DecisionsSafe { get; set; }

    public int DecisionsWaiting { get; set; }

    /// <summary>Decisions answered but not reported, because the ring was full.</summary>
    public long DecisionsDropped { get; set; }

    /// <summary>Event's record timestamp to visible here, live changes only.</summary>
    public EventToVisible EventToVisibleMs { get; set; } = new();

    public long RowsApplied { get; set; }

    public long RowsStale { get; set; }

    public long RowsRefused { get; set; }

    public long ModelsRefused { get; set; }

    public long PlansRefused { get; set; }

    public long Connects { get; set; }

    public long Snapshots { get; set; }

    public long Resumes { get; set; }

    public int Connections { get; set; }

    /// <summary>The last thing that went wrong, in a sentence.</summary>
    public string? Problem { get; set; }
}

/// <summary>Null while nothing was measured.</summary>
public sealed record EventToVisible
{
    public long Count { get; set; }

    public long? P50 { get; set; }

    public long? P99 { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EdgeStatus))]
internal sealed partial class EdgeJson : JsonSerializerContext;
