using System.Text.Json;
using System.Text.Unicode;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

// Hot path, once per event. Budget: 0 B. Measured by HarmonizeBench.

/// <summary>Under which key an event's id is remembered: its visitor's, by the same paths as in the main job.</summary>
internal sealed class EventNames
{
    // Events without a visitor share these, by a hash of their id.
    private const int UnnamedShares = 4_096;

    private readonly int id;
    private readonly (int Slot, bool IsList)[] visitors;

    public EventNames(SourcePlan source, RecordFields fields)
    {
        id = fields.SlotOf("_id");
        visitors =
        [
            .. source.IdentityPaths.Select(path =>
                (fields.SlotOf(path), path.StartsWith("identityMap.", StringComparison.Ordinal) && path.Count(c => c == '.') == 1)),
        ];
    }

    public void Take(RecordFields fields, DatasetBatch batch, ref DatasetRow row)
    {
        if (fields.Kind(id) != FieldKind.Text || fields.Text(id).IsEmpty)
        {
            return;
        }

        row.HasEventId = true;
        row.EventId = Hash128.Of(fields.Text(id));
        ReadOnlySpan<byte> visitor = VisitorOf(fields);
        if (!visitor.IsEmpty)
        {
            batch.SetVisitor(ref row, TableRecord.VisitorKey, visitor);
            return;
        }

        ReadOnlySpan<byte> share = [(byte)(row.EventId.High % UnnamedShares >> 8), (byte)row.EventId.High];
        batch.SetVisitor(ref row, TableRecord.UnnamedKey, share);
    }

    /// <summary>The visitor's id by the first path that has one; empty where none has.</summary>
    public ReadOnlySpan<byte> VisitorOf(RecordFields fields)
    {
        foreach ((int slot, bool isList) in visitors)
        {
            ReadOnlySpan<byte> visitor = isList && fields.Kind(slot) == FieldKind.List ? Listed(fields.Text(slot))
                : !isList && fields.Kind(slot) == FieldKind.Text ? fields.Text(slot)
                : [];
            if (visitor.Length is > 0 and <= EventBatch.VisitorBytesMax && Utf8.IsValid(visitor))
            {
                return visitor;
            }
        }

        return [];
    }

    // `[{"id":"…","primary":true}, …]`: the primary one, else the first. An id with escapes is none.
    private static ReadOnlySpan<byte> Listed(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> found = [];
        bool isPrimary = false;
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (!isPrimary && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            ReadOnlySpan<byte> one = [];
            bool primary = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("xdm:id"u8) || reader.ValueTextEquals("@id"u8);
                bool isMark = reader.ValueTextEquals("primary"u8) || reader.ValueTextEquals("xdm:primary"u8);
                reader.Read();
                primary |= isMark && reader.TokenType == JsonTokenType.True;
                one = isId && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped ? reader.ValueSpan : one;
                reader.Skip();
            }

            isPrimary = primary && one.Length > 0;
            found = isPrimary || found.IsEmpty ? one : found;
        }

        return found;
    }
}
