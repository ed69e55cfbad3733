using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Explain;

/// <summary>A dead letter as it is read: the refused record, why, and where it stood.</summary>
public sealed record DeadLetterRecord
{
    /// <summary>One of few kebab-case words.</summary>
    public string Reason { get; set; } = "";

    public string Detail { get; set; } = "";

    /// <summary>The node, or "dataset NAME", that refused it; null where it is none of them.</summary>
    public string? Node { get; set; }

    /// <summary>With <see cref="Field"/>, <see cref="Path"/> and <see cref="Value"/>: what a dataset set the record aside for; else null.</summary>
    public string? Dataset { get; set; }

    public string? Field { get; set; }

    public string? Path { get; set; }

    public string? Value { get; set; }

    /// <summary>The date of the row that was set aside, where it is known.</summary>
    public DateOnly? Date { get; set; }

    /// <summary>Where the refused record stands, with partition and offset.</summary>
    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    public long Offset { get; set; }

    /// <summary>The refused record's own timestamp.</summary>
    public long TimestampMs { get; set; }

    public byte[] Bytes { get; set; } = [];

    /// <summary>The record's full length where <see cref="Bytes"/> holds only its beginning; else null.</summary>
    public int? BytesCutFrom { get; set; }

    [JsonIgnore]
    public bool IsCut => BytesCutFrom is not null;

    /// <summary>
    /// Names the refused record, whichever dead letter tells of it: an engine that died may have written two. The timestamp
    /// tells records of a topic apart that was deleted and made anew.
    /// </summary>
    [JsonIgnore]
    public string RecordName => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{Partition}@{Offset}~{TimestampMs}");

    /// <summary>Null where the bytes are no dead letter.</summary>
    public static DeadLetterRecord? Read(ReadOnlySpan<byte> value)
    {
        try
        {
            DeadLetterRecord? read = JsonSerializer.Deserialize(value, DeadLetterJson.Default.DeadLetterRecord);
            return read is { Reason.Length: > 0, Topic.Length: > 0, Partition: >= 0, Offset: >= 0 } ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeadLetterRecord))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
