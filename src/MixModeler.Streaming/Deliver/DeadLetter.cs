using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MixModeler.Streaming.Deliver;

/// <summary>
/// Writes refused records for the dead-letter topic, with the reason and everything needed to find and replay them. Reused;
/// owned by one thread.
/// </summary>
public sealed class DeadLetter : IDisposable
{
    /// <summary>
    /// A longer value is cut to this and its full length stated: base64 of a record near the broker's limit of 1 MB would
    /// itself be refused, and the task could never get past it.
    /// </summary>
    public const int ValueBytesMax = 512 * 1_024;

    /// <summary>What a dead letter begins its node with that tells of a row of a file, and not of a record of a topic.</summary>
    public const string FileNode = "ingest ";

    private readonly ArrayBufferWriter<byte> buffer = new(1_024);
    private readonly Utf8JsonWriter json;

    public DeadLetter() =>
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <param name="reason">One of few kebab-case words, fit for counting.</param>
    /// <param name="detail">A sentence for people.</param>
    /// <param name="topic">Where the record stood.</param>
    /// <param name="partition">Where the record stood.</param>
    /// <param name="offset">Where the record stood.</param>
    /// <param name="timestampMs">The record's own timestamp.</param>
    /// <param name="value">The record's value.</param>
    /// <param name="node">The node that refused it; null where it is none of the flow.</param>
    /// <param name="quarantined">What a dataset set the record aside for, so that the like of it can be grouped; null for other refusals.</param>
    /// <param name="fullBytes">Where the value given is only the beginning of what was refused: how long that was.</param>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(
        string reason,
        string detail,
        string topic,
        int partition,
        long offset,
        long timestampMs,
        ReadOnlySpan<byte> value,
        string? node = null,
        QuarantinedValue? quarantined = null,
        long fullBytes = 0)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteString("reason"u8, reason);
        json.WriteString("detail"u8, detail);
        if (node is not null)
        {
            json.WriteString("node"u8, node);
        }

        if (quarantined is { } set)
        {
            Write(set);
        }

        json.WriteString("topic"u8, topic);
        json.WriteNumber("partition"u8, partition);
        json.WriteNumber("offset"u8, offset);
        json.WriteNumber("timestampMs"u8, timestampMs);
        json.WriteBase64String("bytes"u8, value[..Math.Min(value.Length, ValueBytesMax)]);
        long whole = Math.Max(value.Length, fullBytes);
        if (whole > Math.Min(value.Length, ValueBytesMax))
        {
            json.WriteNumber("bytesCutFrom"u8, Math.Min(whole, int.MaxValue));
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    public static string NodeOfFile(string name) => FileNode + name;

    public void Dispose() => json.Dispose();

    private void Write(in QuarantinedValue quarantined)
    {
        json.WriteString("dataset"u8, quarantined.Dataset);
        json.WriteString("field"u8, quarantined.Field);
        json.WriteString("path"u8, quarantined.Path);
        json.WriteString("value"u8, Shown(quarantined.Value));
        if (quarantined.Date is { } date)
        {
            json.WriteString("date"u8, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
    }

    private static ReadOnlySpan<char> Shown(string value)
    {
        if (value.Length <= QuarantinedValue.ValueCharsMax)
        {
            return value;
        }

        // No half of a surrogate pair: it would not be text any more.
        int end = QuarantinedValue.ValueCharsMax;
        return value.AsSpan(0, char.IsHighSurrogate(value[end - 1]) ? end - 1 : end);
    }
}
