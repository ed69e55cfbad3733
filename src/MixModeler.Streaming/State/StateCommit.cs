namespace MixModeler.Streaming.State;

/// <summary>
/// Everything one batch changed, as absolute values, so that applying it twice changes nothing. Reused from batch to batch.
/// </summary>
public sealed class StateCommit
{
    /// <summary>A script of some 500 keys is the sweet spot between round trips and the time it holds the store.</summary>
    public const int RecordsTarget = 500;

    public long FirstOffset { get; set; }

    public long NextOffset { get; set; }

    /// <summary>Watermark, ledger and the like: small, rewritten by every commit.</summary>
    public byte[] TaskRecord { get; set; } = [];

    /// <summary>Packed state by key.</summary>
    public List<KeyValuePair<byte[], byte[]>> Records { get; } = [];

    /// <summary>Profiles as JSON by key, for readers outside the engine; not part of the task's own state.</summary>
    public List<KeyValuePair<byte[], byte[]>> Profiles { get; } = [];

    /// <summary>Schedules a key, replacing its earlier due time.</summary>
    public List<DueKey> Scheduled { get; } = [];

    /// <summary>Keys that are no longer scheduled.</summary>
    public List<byte[]> Unscheduled { get; } = [];

    public void Clear()
    {
        Records.Clear();
        Profiles.Clear();
        Scheduled.Clear();
        Unscheduled.Clear();
    }
}
