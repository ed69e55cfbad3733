namespace MixModeler.Streaming.State;

/// <summary>What a task keeps of a visitor beside its feature row. Everything down to the line is part of the packed record.</summary>
internal sealed class VisitorMemory(int rowWords, OperatorMemory[] operators)
{
    public EventIdSet EventIds { get; } = new();

    /// <summary>Decisions whose label is not settled yet.</summary>
    public PendingExamples Pending { get; } = new(rowWords);

    /// <summary>What the layout's stateful operators keep, in the layout's order.</summary>
    public OperatorMemory[] Operators { get; } = operators;

    /// <summary>Event time at which the visitor must be looked at again; 0 = never. Equals the store's schedule.</summary>
    public long ScheduledDueMs { get; set; }

    // ---------------------------------------------------------------------------------------------------------------------

    /// <summary>The visitor's id, the key of its record.</summary>
    public byte[] Id { get; set; } = [];

    /// <summary>Has changes that are not committed.</summary>
    public bool Dirty { get; set; }

    /// <summary>The schedule changed since the last commit.</summary>
    public bool ScheduleDirty { get; set; }

    /// <summary>Newest score, its model version and event time; the version is -1 while there is none in this batch.</summary>
    public double Score { get; set; }

    public long ScoreModelVersion { get; set; } = -1;

    public void Reset()
    {
        EventIds.Clear();
        Pending.Clear();
        foreach (OperatorMemory kept in Operators)
        {
            kept.Clear();
        }

        ScheduledDueMs = 0;
        Id = [];
        Dirty = false;
        ScheduleDirty = false;
        ScoreModelVersion = -1;
    }
}
