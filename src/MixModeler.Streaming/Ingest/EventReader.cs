using System.Text.Json;
using System.Text.Unicode;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Ingest;

// Hot path, once per event. Budget: 0 B for a good event. Measured by EngineBench.

/// <summary>
/// Reads records into events: one pass over the JSON, touching only the paths that the topology names. Accepts bare XDM and
/// the Kafka envelope, prefixed and unprefixed names. What is refused keeps its reason in the row.
/// </summary>
internal sealed class EventReader : IEventSource
{
    private readonly PathTree tree = new("");
    private readonly Utf8Symbols[] symbols;
    private readonly long futureMaxMs;
    private readonly byte[] unescaped = new byte[1_024];
    private readonly EventBatch events;

    public EventReader(TopologyPlan topology)
    {
        futureMaxMs = (long)topology.Source.FutureMax.TotalMilliseconds;
        SymbolPaths = EventSymbols.PathsOf(topology);
        symbols = [.. SymbolPaths.Select(path => EventSymbols.Of(topology, path))];
        string[] amountPaths = EventSymbols.AmountPathsOf(topology);
        tree.Add("_id", FieldUse.EventId, 0);
        tree.Add("timestamp", FieldUse.Timestamp, 0);
        for (int i = 0; i < SymbolPaths.Length; i++)
        {
            tree.Add(SymbolPaths[i], FieldUse.Symbol, i);
        }

        for (int i = 0; i < amountPaths.Length; i++)
        {
            tree.Add(amountPaths[i], FieldUse.Amount, i);
        }

        for (int i = 0; i < topology.Source.IdentityPaths.Length; i++)
        {
            string path = topology.Source.IdentityPaths[i];
            bool isMap = path.StartsWith("identityMap.", StringComparison.Ordinal) && path.Count(c => c == '.') == 1;
            tree.Add(path, isMap ? FieldUse.IdentityList : FieldUse.Identity, i);
        }

        tree.AddEnvelope();
        events = new EventBatch(symbols.Length, amountPaths.Length);
    }

    /// <summary>Paths compared with symbols, in the order of an event's symbols; the first is always `eventType`.</summary>
    public string[] SymbolPaths { get; }

    /// <summary>The number of a text at one of these paths.</summary>
    public int SymbolOf(int path, ReadOnlySpan<byte> text) => symbols[path].Find(text);

    public EventBatch Read(RecordBatch batch)
    {
        events.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            ref EventRow row = ref events.Add();
            row.Offset = batch.Offset(i);
            row.ReceivedMs = batch.TimestampMs(i);
            row.Rejection = ReadOne(batch.Value(i), ref row, events.Symbols(i), events.Amounts(i));
            if (row.Rejection != Rejection.None)
            {
                row.Rejection = TimeMarker.Judge(row.Rejection, batch, i, ref row);
            }
        }

        return events;
    }

    private Rejection ReadOne(ReadOnlySpan<byte> json, ref EventRow row, Span<int> found, Span<double> amounts)
    {
        Fields fields = new() { IdentityOrdinal = int.MaxValue, Symbols = found, Amounts = amounts };
        Utf8JsonReader reader = new(json);
        try
        {
            if (!reader.Read())
            {
                return Rejection.MalformedJson;
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                // Skip to the end, so that "not an object" is only said of well-formed JSON.
                reader.Skip();
                return reader.Read() ? Rejection.MalformedJson : Rejection.NotAnObject;
            }

            ReadObject(ref reader, tree, ref row, ref fields);
            if (reader.Read())
            {
                return Rejection.MalformedJson;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The runtime's parser tells of malformed text, and of escapes that are no UTF-8, by exception only.
            return Rejection.MalformedJson;
        }

        return Judge(in row, in fields);
    }

    private Rejection Judge(in EventRow row, in Fields fields)
    {
        if (!fields.HasId)
        {
            return Rejection.IdMissing;
        }

        if (fields.Timestamp != TimestampState.Good)
        {
            return fields.Timestamp == TimestampState.Missing ? Rejection.TimestampMissing : Rejection.TimestampInvalid;
        }

        if (!fields.HasEventType)
        {
            return Rejection.EventTypeMissing;
        }

        if (fields.IdentityOrdinal == int.MaxValue)
        {
            return fields.VisitorRefused ? Rejection.VisitorTooLong : Rejection.VisitorMissing;
        }

        return row.TimeMs > row.ReceivedMs + futureMaxMs ? Rejection.InFuture : Rejection.None;
    }

    private void ReadObject(ref Utf8JsonReader reader, PathTree node, ref EventRow row, ref Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            PathTree? child = node.Find(Text(ref reader));
            reader.Read();
            if (child is null)
            {
                reader.Skip();
            }
            else if (child.Use != FieldUse.None)
            {
                Take(ref reader, child, ref row, ref fields);
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref reader, child, ref row, ref fields);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void Take(ref Utf8JsonReader reader, PathTree node, ref EventRow row, ref Fields fields)
    {
        switch (node.Use)
        {
            case FieldUse.IdentityList when reader.TokenType == JsonTokenType.StartArray:
                TakeIdentityList(ref reader, node.Ordinal, ref row, ref fields);
                return;
            case FieldUse.Amount when reader.TokenType == JsonTokenType.Number:
                if (reader.TryGetDouble(out double amount) && double.IsFinite(amount))
                {
                    fields.Amounts[node.Ordinal] = amount;
                }

                return;
            case FieldUse.Timestamp when reader.TokenType != JsonTokenType.Null:
                fields.Timestamp = reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(Text(ref reader), out row.TimeMs)
                    ? TimestampState.Good
                    : TimestampState.Invalid;
                reader.Skip();
                return;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return;
        }

        ReadOnlySpan<byte> text = Text(ref reader);
        switch (node.Use)
        {
            case FieldUse.EventId:
                fields.HasId = text.Length > 0;
                row.EventId = Hash128.Of(text);
                break;
            case FieldUse.Symbol:
                fields.HasEventType |= node.Ordinal == 0 && text.Length > 0;
                fields.Symbols[node.Ordinal] = symbols[node.Ordinal].Find(text);
                break;
            case FieldUse.Identity:
                TakeIdentity(text, node.Ordinal, ref row, ref fields);
                break;
        }
    }

    /// <summary>`[{"id":"…","primary":true}, …]`: the primary one, else the first.</summary>
    private void TakeIdentityList(ref Utf8JsonReader reader, int ordinal, ref EventRow row, ref Fields fields)
    {
        bool taken = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            Utf8JsonReader entry = reader;
            bool primary = false;
            while (entry.Read() && entry.TokenType == JsonTokenType.PropertyName)
            {
                bool isPrimary = entry.ValueTextEquals("primary"u8) || entry.ValueTextEquals("xdm:primary"u8);
                entry.Read();
                primary |= isPrimary && entry.TokenType == JsonTokenType.True;
                entry.Skip();
            }

            bool take = !taken || primary;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("xdm:id"u8) || reader.ValueTextEquals("@id"u8);
                reader.Read();
                if (isId && take && reader.TokenType == JsonTokenType.String)
                {
                    TakeIdentity(Text(ref reader), ordinal, ref row, ref fields);
                    taken = true;
                }

                reader.Skip();
            }
        }
    }

    private void TakeIdentity(scoped ReadOnlySpan<byte> text, int ordinal, ref EventRow row, ref Fields fields)
    {
        if (text.Length == 0 || ordinal > fields.IdentityOrdinal)
        {
            return;
        }

        if (text.Length > EventBatch.VisitorBytesMax || !Utf8.IsValid(text))
        {
            fields.VisitorRefused = true;
            return;
        }

        fields.IdentityOrdinal = ordinal;
        events.SetVisitor(ref row, text);
    }

    // A text without escapes is read in place; one with escapes is copied. One too long for the scratch is nothing we look for.
    private ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        return reader.ValueSpan.Length <= unescaped.Length
            ? unescaped.AsSpan(0, reader.CopyString(unescaped))
            : reader.ValueSpan;
    }

    private enum TimestampState
    {
        Missing,
        Invalid,
        Good,
    }

    private ref struct Fields
    {
        public Span<int> Symbols;
        public Span<double> Amounts;
        public int IdentityOrdinal;
        public TimestampState Timestamp;
        public bool HasId;
        public bool HasEventType;
        public bool VisitorRefused;
    }
}
