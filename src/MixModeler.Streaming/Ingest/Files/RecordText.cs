using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>The bytes of one record, with what every record begins with. Reused; owned by one thread.</summary>
internal sealed class RecordText : IDisposable
{
    // A broker takes messages of 1 MB with their key and headers, unless told otherwise.
    private const int BytesMax = 950_000;

    private readonly ArrayBufferWriter<byte> buffer = new(4_096);

    public RecordText() =>
        Json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public void Begin(RecordForm form, string? addedId)
    {
        buffer.ResetWrittenCount();
        Json.Reset();
        Json.WriteStartObject();
        Json.WriteString("dataset"u8, form.Dataset);
        if (addedId is not null)
        {
            Json.WriteString("_id"u8, addedId);
        }

        if (form.Deletes)
        {
            Json.WriteBoolean("_deleted"u8, true);
        }
    }

    /// <summary>What is wrong with it; null where it can be sent.</summary>
    public string? End()
    {
        Json.WriteEndObject();
        Json.Flush();
        return buffer.WrittenCount <= BytesMax ? null : $"its record would have {buffer.WrittenCount} bytes, more than the {BytesMax} that fit into a message";
    }

    public void Dispose() => Json.Dispose();
}
