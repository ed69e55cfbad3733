using MixModeler.Streaming.Edge.Decide;

namespace MixModeler.Streaming.Edge.Push;

// What the push link tells about itself. Written by the link's own loops, read by anybody.
internal sealed class PushCounters
{
    private long lastHeardMs;

    public bool IsConnected { get; set; }

    // Wall clock of the last frame from a hub, ms since 1970; 0 = never.
    public long LastHeardMs
    {
        get => Volatile.Read(ref lastHeardMs);
        set => Volatile.Write(ref lastHeardMs, value);
    }

    public ulong Hub { get; set; }

    public long Sequence { get; set; }

    public long HeadSequence { get; set; }

    public long Connects { get; set; }

    public long Snapshots { get; set; }

    public long Resumes { get; set; }

    public long RowsApplied { get; set; }

    public long RowsStale { get; set; }

    public long RowsRefused { get; set; }

    public long ModelsRefused { get; set; }

    public long PlansRefused { get; set; }

    // The last refusal or connection failure, a sentence.
    public string? Problem { get; set; }

    public long DecisionsSafe { get; set; }

    // Event's record timestamp to applied here; live changes only.
    public LatencyHistogram EventToVisible { get; } = new();
}
