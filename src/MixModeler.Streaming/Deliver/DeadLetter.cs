using System.Buffers;
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
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(string reason, string detail, string topic, int partition, long offset, long timestampMs, ReadOnlySpan<byte> value)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteString("reason"u8, reason);
        json.WriteString("detail"u8, detail);
        json.WriteString("topic"u8, topic);
        json.WriteNumber("partition"u8, partition);
        json.WriteNumber("offset"u8, offset);
        json.WriteNumber("timestampMs"u8, timestampMs);
        json.WriteBase64String("bytes"u8, value[..Math.Min(value.Length, ValueBytesMax)]);
        if (value.Length > ValueBytesMax)
        {
            json.WriteNumber("bytesCutFrom"u8, value.Length);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    public void Dispose() => json.Dispose();
}
