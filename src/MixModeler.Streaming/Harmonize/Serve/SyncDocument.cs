using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>How far a dataset is.</summary>
public sealed record SyncDocument
{
    public string Dataset { get; set; } = "";

    public DatasetStatus Status { get; set; }

    /// <summary>Full name.</summary>
    public string Topic { get; set; } = "";

    /// <summary>The version that is shown.</summary>
    public string Identity { get; set; } = "";

    /// <summary>The newest date or time of a record.</summary>
    public DateTimeOffset? Watermark { get; set; }

    /// <summary>Records that are not harmonized yet.</summary>
    public long Lag { get; set; }

    /// <summary>When the newest of its records came.</summary>
    public DateTimeOffset? LastEvent { get; set; }

    public bool CaughtUp { get; set; }

    /// <summary>A changed rule that is about to take its place; null where there is none.</summary>
    public ReplayDocument? Replaying { get; set; }

    public SyncPartition[] Partitions { get; set; } = [];
}

/// <summary>A version of a dataset that reads the log anew.</summary>
/// <param name="Identity">Of the version.</param>
/// <param name="Percent">Of the records that it has to read.</param>
/// <param name="Records">That it still has to read.</param>
public sealed record ReplayDocument(string Identity, double Percent, long Records);

/// <summary>A partition of a dataset's topic.</summary>
public sealed record SyncPartition(
    int Partition, long NextOffset, long EndOffset, long Lag, DateTimeOffset? Watermark, DateTimeOffset? LastEvent, bool CaughtUp);
