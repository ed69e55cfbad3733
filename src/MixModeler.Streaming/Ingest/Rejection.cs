namespace MixModeler.Streaming.Ingest;

/// <summary>Why a record is not an event. The text in a dead letter is <see cref="RejectionText.Of"/>.</summary>
public enum Rejection
{
    None,
    MalformedJson,
    NotAnObject,
    IdMissing,
    TimestampMissing,
    TimestampInvalid,
    EventTypeMissing,
    VisitorMissing,
    VisitorTooLong,
    TooLate,
    InFuture,

    /// <summary>Nothing is wrong: it is no event but a <see cref="Ingest.TimeMarker"/>.</summary>
    TimeMarker,
}

/// <summary>Low-cardinality reason words and the sentences that go with them.</summary>
public static class RejectionText
{
    /// <summary>The reason as it stands in dead letters and metrics: `timestamp-missing`.</summary>
    public static string Of(Rejection rejection) => rejection switch
    {
        Rejection.MalformedJson => "malformed-json",
        Rejection.NotAnObject => "not-an-object",
        Rejection.IdMissing => "id-missing",
        Rejection.TimestampMissing => "timestamp-missing",
        Rejection.TimestampInvalid => "timestamp-invalid",
        Rejection.EventTypeMissing => "event-type-missing",
        Rejection.VisitorMissing => "visitor-missing",
        Rejection.VisitorTooLong => "visitor-too-long",
        Rejection.TooLate => "too-late",
        Rejection.InFuture => "in-future",
        _ => "none",
    };

    /// <summary>What the producer should know, in a sentence.</summary>
    public static string Explain(Rejection rejection) => rejection switch
    {
        Rejection.MalformedJson => "The value is not one well-formed JSON document.",
        Rejection.NotAnObject => "The value is JSON but not an object.",
        Rejection.IdMissing => "'_id' is required: a non-empty string.",
        Rejection.TimestampMissing => "'timestamp' is required: a string.",
        Rejection.TimestampInvalid => "'timestamp' is not an RFC 3339 date-time with an offset, such as 2026-09-01T10:00:00Z.",
        Rejection.EventTypeMissing => "'eventType' is required: a non-empty string.",
        Rejection.VisitorMissing => "None of the topology's identity paths holds a non-empty string.",
        Rejection.VisitorTooLong => $"The visitor id is longer than {EventBatch.VisitorBytesMax} bytes or not valid UTF-8.",
        Rejection.TooLate => "The event is further behind the newest of its partition than the topology's lateness allows.",
        Rejection.InFuture => "The event time lies further ahead of the record's timestamp than the topology allows.",
        _ => "",
    };
}
