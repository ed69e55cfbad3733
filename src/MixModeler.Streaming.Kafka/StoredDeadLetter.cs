using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Kafka;

/// <summary>A dead letter on its topic, with what the topic of replays says of it.</summary>
/// <param name="Id">Its place.</param>
/// <param name="TimestampMs">When it was written.</param>
/// <param name="Key">Of the refused record.</param>
/// <param name="Letter">Reason, origin, bytes.</param>
/// <param name="Replay">The entry that holds for it; null while nobody replayed it.</param>
/// <param name="Predecessor">The dead letter whose replay was refused again and became this one.</param>
/// <param name="Attempts">How often its record has been replayed before it was refused this time.</param>
public sealed record StoredDeadLetter(
    DeadLetterId Id, long TimestampMs, ReadOnlyMemory<byte> Key, DeadLetterRecord Letter, ReplayEntry? Replay, DeadLetterId? Predecessor, int Attempts);
