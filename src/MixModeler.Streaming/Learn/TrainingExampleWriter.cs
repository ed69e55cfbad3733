using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Writes training examples as docs/topics.md shows them: features by name in the schema's order, null for "never", numbers
/// in the shortest form that reads back to the same bits. Reused; owned by one thread; allocates nothing in steady state.
/// </summary>
public sealed class TrainingExampleWriter : IDisposable
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly ArrayBufferWriter<byte> buffer = new(1_024);
    private readonly Utf8JsonWriter json;
    private readonly JsonEncodedText[] names;

    public TrainingExampleWriter(FeatureSchema schema)
    {
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });
        names = [.. schema.Features.Select(feature => JsonEncodedText.Encode(feature.Name, Encoder))];
    }

    /// <param name="visitor">Visitor id, UTF-8.</param>
    /// <param name="atMs">Time of the decision.</param>
    /// <param name="label">Whether the label event followed within the horizon.</param>
    /// <param name="origin">The event that settled the label.</param>
    /// <param name="values">One value per feature as <see cref="FeatureSchema.ReadValues"/> gives them; NaN = never.</param>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> visitor, long atMs, bool label, Origin origin, ReadOnlySpan<double> values)
    {
        if (values.Length != names.Length)
        {
            throw new ArgumentException($"{values.Length} values were given, the schema has {names.Length} features");
        }

        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteString("visitor"u8, visitor);
        Span<byte> at = stackalloc byte[32];
        json.WriteString("at"u8, at[..JsonBytes.Time(at, atMs)]);
        json.WriteNumber("label"u8, label ? 1 : 0);
        json.WriteStartObject("origin"u8);
        json.WriteNumber("partition"u8, origin.Partition);
        json.WriteNumber("offset"u8, origin.Offset);
        json.WriteNumber("ordinal"u8, origin.Ordinal);
        json.WriteEndObject();
        json.WriteStartObject("features"u8);
        for (int i = 0; i < names.Length; i++)
        {
            if (double.IsNaN(values[i]))
            {
                json.WriteNull(names[i]);
            }
            else
            {
                json.WriteNumber(names[i], values[i]);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    public void Dispose() => json.Dispose();
}
