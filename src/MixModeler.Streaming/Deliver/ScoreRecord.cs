using System.Text.Json;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

/// <summary>
/// One record of the topic of scores, read strictly: every member that the hub needs must be there once and of its type.
/// Members it does not know are skipped, so that a newer engine may add some. Reused from record to record.
/// </summary>
/// <remarks>A record that names no version of the topology is one of the version that is read for.</remarks>
public sealed class ScoreRecord
{
    private readonly RowLayout own;
    private readonly RowLayouts? layouts;
    private readonly long[] row;
    private long[] written = [];
    private byte[] visitor = new byte[256];
    private Member seen;
    private RowLayout layout;

    /// <summary>Reads rows of one schema, whatever version wrote them.</summary>
    public ScoreRecord(FeatureSchema schema)
    {
        own = new RowLayout(schema, null);
        layout = own;
        row = new long[schema.RowWords];
    }

    /// <summary>Reads rows of any version that is known, and brings them into one layout.</summary>
    internal ScoreRecord(FeatureSchema schema, RowLayouts layouts)
        : this(schema) => this.layouts = layouts;

    [Flags]
    private enum Member
    {
        None = 0,
        Visitor = 1,
        Score = 2,
        ModelVersion = 4,
        At = 8,
        Partition = 16,
        Offset = 32,
        Ordinal = 64,
        ReceivedMs = 128,
        Row = 256,
        All = 511,
        Topology = 512,
    }

    public Hash128 Visitor { get; private set; }

    public double Score { get; private set; }

    public long ModelVersion { get; private set; }

    public long AtMs { get; private set; }

    public Origin Origin { get; private set; }

    public long ReceivedMs { get; private set; }

    public ReadOnlySpan<long> Row => row;

    /// <summary>False where the bytes are no such record; then the members hold nothing of use.</summary>
    public bool TryRead(ReadOnlySpan<byte> json)
    {
        seen = Member.None;
        layout = own;
        Utf8JsonReader reader = new(json);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && ReadMembers(ref reader) && (seen & Member.All) == Member.All && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // Malformed JSON, or text that is no valid UTF-8.
            return false;
        }
    }

    private bool ReadMembers(ref Utf8JsonReader reader)
    {
        // A row that comes before the version that laid it out is read last.
        Utf8JsonReader rowReader = default;
        bool rowWaits = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool read = reader.ValueTextEquals("visitor"u8) ? ReadVisitor(ref reader)
                : reader.ValueTextEquals("score"u8) ? ReadScore(ref reader)
                : reader.ValueTextEquals("modelVersion"u8) ? ReadInteger(ref reader, Member.ModelVersion)
                : reader.ValueTextEquals("at"u8) ? ReadAt(ref reader)
                : reader.ValueTextEquals("origin"u8) ? ReadOrigin(ref reader)
                : reader.ValueTextEquals("receivedMs"u8) ? ReadInteger(ref reader, Member.ReceivedMs)
                : reader.ValueTextEquals("topology"u8) ? ReadTopology(ref reader)
                : reader.ValueTextEquals("row"u8) ? TakeRow(ref reader, ref rowReader, ref rowWaits)
                : Skip(ref reader);
            if (!read)
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject && (!rowWaits || ReadRow(ref rowReader));
    }

    private bool ReadTopology(ref Utf8JsonReader reader)
    {
        if (!First(Member.Topology) || !reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (layouts is null)
        {
            return true;
        }

        RowLayout? found = layouts.Find(reader.ValueSpan);
        layout = found ?? own;
        return found is not null;
    }

    private bool TakeRow(ref Utf8JsonReader reader, ref Utf8JsonReader rowReader, ref bool waits)
    {
        if (!First(Member.Row))
        {
            return false;
        }

        if (layouts is null || (seen & Member.Topology) != 0)
        {
            return ReadRow(ref reader);
        }

        rowReader = reader;
        waits = true;
        return Skip(ref reader);
    }

    private bool ReadVisitor(ref Utf8JsonReader reader)
    {
        if (!First(Member.Visitor) || !reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
        {
            return false;
        }

        if (visitor.Length < reader.ValueSpan.Length)
        {
            visitor = new byte[reader.ValueSpan.Length * 2];
        }

        Visitor = Hash128.Of(visitor.AsSpan(0, reader.CopyString(visitor)));
        return true;
    }

    private bool ReadScore(ref Utf8JsonReader reader)
    {
        bool read = First(Member.Score) & reader.Read() && reader.TokenType == JsonTokenType.Number;
        Score = read ? reader.GetDouble() : 0;
        return read && Score >= 0 && Score <= 1;
    }

    private bool ReadAt(ref Utf8JsonReader reader)
    {
        if (!First(Member.At) || !reader.Read() || reader.TokenType != JsonTokenType.String
            || !reader.TryGetDateTimeOffset(out DateTimeOffset at))
        {
            return false;
        }

        AtMs = at.ToUnixTimeMilliseconds();
        return true;
    }

    private bool ReadOrigin(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool read = reader.ValueTextEquals("partition"u8) ? ReadInteger(ref reader, Member.Partition)
                : reader.ValueTextEquals("offset"u8) ? ReadInteger(ref reader, Member.Offset)
                : reader.ValueTextEquals("ordinal"u8) ? ReadInteger(ref reader, Member.Ordinal)
                : Skip(ref reader);
            if (!read)
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool ReadInteger(ref Utf8JsonReader reader, Member member)
    {
        if (!First(member) || !reader.Read() || reader.TokenType != JsonTokenType.Number
            || !reader.TryGetInt64(out long value) || value < 0)
        {
            return false;
        }

        switch (member)
        {
            case Member.ModelVersion:
                ModelVersion = value;
                return true;
            case Member.ReceivedMs:
                ReceivedMs = value;
                return true;
            case Member.Offset:
                Origin = Origin with { Offset = value };
                return true;
            case Member.Partition:
                Origin = Origin with { Partition = (int)value };
                return value <= int.MaxValue;
            default:
                Origin = Origin with { Ordinal = (int)value };
                return value <= int.MaxValue;
        }
    }

    private bool ReadRow(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        if (layout.Mapping is not { } mapping)
        {
            return ReadWords(ref reader, row);
        }

        if (written.Length != layout.Schema.RowWords)
        {
            written = new long[layout.Schema.RowWords];
        }

        if (!ReadWords(ref reader, written))
        {
            return false;
        }

        mapping.MapRow(written, row);
        return true;
    }

    private bool ReadWords(ref Utf8JsonReader reader, long[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !TryGetWord(ref reader, i, out words[i]))
            {
                return false;
            }
        }

        return reader.Read() && reader.TokenType == JsonTokenType.EndArray;
    }

    private bool TryGetWord(ref Utf8JsonReader reader, int i, out long word)
    {
        if (i == 0 || layout.Schema.Features[i - 1].Kind != FeatureKind.DecayedSum)
        {
            return reader.TryGetInt64(out word);
        }

        bool read = reader.TryGetDouble(out double sum);
        word = BitConverter.DoubleToInt64Bits(sum);
        return read && double.IsFinite(sum);
    }

    private static bool Skip(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return true;
    }

    private bool First(Member member)
    {
        bool first = (seen & member) == 0;
        seen |= member;
        return first;
    }
}
