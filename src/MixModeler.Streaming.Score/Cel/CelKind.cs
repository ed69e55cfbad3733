namespace MixModeler.Streaming.Score.Cel;

/// <summary>What a <see cref="CelValue"/> is.</summary>
public enum CelKind : byte
{
    /// <summary>No value: the field of an event that does not have it.</summary>
    Absent,

    Error,
    Null,
    Bool,
    Int,
    UInt,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Type,

    /// <summary>Named fields, each in a slot of its own; only types have this kind.</summary>
    Record,

    /// <summary>Known only when it is evaluated; only types have this kind.</summary>
    Dyn,
}
