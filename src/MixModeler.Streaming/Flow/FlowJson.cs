using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow;

/// <summary>Writes the records of a flow. Reused; what a method returns is valid until the next call.</summary>
internal sealed class FlowJson : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(1_024);
    private readonly Utf8JsonWriter json;

    public FlowJson() =>
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>`{"at":…,"origin":{…},FIELDS}`</summary>
    public ReadOnlySpan<byte> Sink(long atMs, Origin origin, ReadOnlySpan<CelValue> record, int[] slots, JsonEncodedText[] names)
    {
        Start(atMs, origin);
        WriteFields(record, slots, names);
        return End();
    }

    /// <summary>`{"at":…,"origin":{…},"event":{FIELDS}}`: what a key-by sends to the lane behind it.</summary>
    public ReadOnlySpan<byte> Repartitioned(long atMs, Origin origin, ReadOnlySpan<CelValue> record, int[] slots, JsonEncodedText[] names)
    {
        Start(atMs, origin);
        json.WriteStartObject("event"u8);
        WriteFields(record, slots, names);
        json.WriteEndObject();
        return End();
    }

    /// <summary>A record as it is shown and refused: its fields alone.</summary>
    public ReadOnlySpan<byte> Fields(ReadOnlySpan<CelValue> record, int[] slots, JsonEncodedText[] names)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        WriteFields(record, slots, names);
        return End();
    }

    /// <summary>`{"visitor":…,"audience":…,"status":…,"at":…,"origin":{…}}`</summary>
    public ReadOnlySpan<byte> Audience(ReadOnlySpan<byte> visitor, string audience, bool isIn, long atMs, Origin origin)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteString("visitor"u8, visitor);
        json.WriteString("audience"u8, audience);
        json.WriteString("status"u8, isIn ? "realized"u8 : "exited"u8);
        WriteTime(atMs);
        WriteOrigin(origin);
        return End();
    }

    public void Dispose() => json.Dispose();

    private void Start(long atMs, Origin origin)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        WriteTime(atMs);
        WriteOrigin(origin);
    }

    private ReadOnlySpan<byte> End()
    {
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private void WriteTime(long atMs)
    {
        Span<byte> time = stackalloc byte[JsonBytes.TimeBytes];
        JsonBytes.Time(time, atMs);
        json.WriteString("at"u8, time);
    }

    private void WriteOrigin(Origin origin)
    {
        json.WriteStartObject("origin"u8);
        json.WriteNumber("partition"u8, origin.Partition);
        json.WriteNumber("offset"u8, origin.Offset);
        json.WriteNumber("ordinal"u8, origin.Ordinal);
        json.WriteEndObject();
    }

    private void WriteFields(ReadOnlySpan<CelValue> record, int[] slots, JsonEncodedText[] names)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            ref readonly CelValue value = ref record[slots[i]];
            if (value.Kind is CelKind.Absent or CelKind.Error)
            {
                continue;
            }

            json.WritePropertyName(names[i]);
            if (value.Kind == CelKind.String)
            {
                json.WriteStringValue(value.AsUtf8);
            }
            else
            {
                CelJson.Write(json, value);
            }
        }
    }
}
