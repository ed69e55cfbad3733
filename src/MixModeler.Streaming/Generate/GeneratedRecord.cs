namespace MixModeler.Streaming.Generate;

/// <summary>What became of an event on its way.</summary>
public enum RecordKind : byte
{
    OnTime,

    /// <summary>Delivered after its time, within the lateness that topologies allow by default.</summary>
    Late,

    /// <summary>Delivered after its time, beyond that lateness.</summary>
    TooLate,

    /// <summary>The same bytes as an earlier record.</summary>
    Duplicate,

    /// <summary>No event at all: whoever reads it should refuse it.</summary>
    Malformed,
}

/// <summary>What is wrong with a malformed record.</summary>
public enum FlawKind : byte
{
    /// <summary>JSON that breaks off.</summary>
    Truncated,

    /// <summary>JSON, but not an object.</summary>
    NotAnObject,

    /// <summary>Bytes that are neither JSON nor UTF-8; without line feeds, so that a file of lines stays one.</summary>
    Junk,

    IdMissing,

    TimestampMissing,

    EventTypeMissing,

    IdentityMissing,

    /// <summary>A text at `timestamp` that is no date.</summary>
    TimestampBad,

    /// <summary>`_id`, `timestamp`, `eventType` or the identity is not a text.</summary>
    TypeWrong,
}

/// <summary>One record in the order of delivery. The bytes live until the next one is asked for.</summary>
public readonly ref struct GeneratedRecord
{
    /// <summary>The visitor's id.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>One JSON document without line feeds, or a malformed one.</summary>
    public required ReadOnlySpan<byte> Value { get; init; }

    public required RecordKind Kind { get; init; }

    /// <summary>Of a malformed record: of the event that it stands beside.</summary>
    public required LumaEventType Type { get; init; }

    public required long OccurredAtMs { get; init; }

    /// <summary>When it arrives on the generator's time line; equals <see cref="OccurredAtMs"/> when on time.</summary>
    public required long DeliveredAtMs { get; init; }

    /// <summary>Null where the record is good.</summary>
    public FlawKind? Flaw { get; init; }
}
