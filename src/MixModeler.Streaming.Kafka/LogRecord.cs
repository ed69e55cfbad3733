namespace MixModeler.Streaming.Kafka;

/// <summary>One record of a log, for tools that look at single records.</summary>
/// <param name="Topic">Full name.</param>
/// <param name="Partition">Of the topic.</param>
/// <param name="Offset">In the partition.</param>
/// <param name="TimestampMs">The record's own timestamp; 0 where it has none.</param>
/// <param name="Key">May be empty.</param>
/// <param name="Value">May be empty.</param>
/// <param name="ReplayOf">The record that this one is a replay of, by its header; null where it is none.</param>
public sealed record LogRecord(
    string Topic, int Partition, long Offset, long TimestampMs, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, string? ReplayOf)
{
    /// <summary>Header of a replayed record: <see cref="Explain.DeadLetterRecord.RecordName"/> of the refused one.</summary>
    public const string ReplayOfHeader = "mm-replay-of";

    /// <summary>Header of a replayed record: how often it has been replayed, this time included.</summary>
    public const string ReplayAttemptHeader = "mm-replay-attempt";
}
