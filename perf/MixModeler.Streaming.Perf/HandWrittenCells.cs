using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// What somebody would write who needs the rules of <see cref="HarmonizeRecords.EventPlan"/> and nothing else: the runtime's JSON
/// reader, names and cases in the code, decimals in a dictionary by a key of texts. It neither deduplicates nor checks types.
/// </summary>
internal sealed class HandWrittenCells
{
    private const int Metrics = 8;

    // Nine texts with names of their own, then the attributes; groups follow from them.
    private const int Texts = 9 + HarmonizeRecords.Attributes;
    private readonly Dictionary<Key, Cell> cells = [];
    private readonly Dictionary<string, string> campaigns = [];
    private readonly Dictionary<int, string> texts = [];
    private readonly string[] found = new string[Texts];

    // Texts are the same strings where they are equal, so references are compared.
    private readonly record struct Key(DateOnly Date, string[] Values)
    {
        public bool Equals(Key other)
        {
            bool equal = Date == other.Date;
            for (int i = 0; equal && i < Texts; i++)
            {
                equal = ReferenceEquals(Values[i], other.Values[i]);
            }

            return equal;
        }

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Date);
            foreach (string value in Values)
            {
                hash.Add(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value));
            }

            return hash.ToHashCode();
        }
    }

    private sealed class Cell
    {
        public long Records;
        public string[] Groups = [];
        public decimal[] Sums { get; } = new decimal[Metrics];
        public DateTimeOffset NewestAt;
    }

    public Int128 Sum { get; private set; }

    public void Run(List<RecordBatch> batches)
    {
        Sum = 0;
        decimal sum = 0;
        foreach (RecordBatch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                sum += Apply(batch.Value(i));
            }
        }

        Sum = (Int128)(sum * 1_000_000_000_000m);
    }

    private decimal Apply(ReadOnlySpan<byte> json)
    {
        Array.Fill(found, "");
        (decimal orders, decimal sales, decimal clicks, decimal impressions, decimal cost, decimal seconds) = (0, 0, 0, 0, 0, 0);
        DateTimeOffset at = default;
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            ReadOnlySpan<byte> property = reader.ValueSpan;
            reader.Read();
            switch (property.Length)
            {
                case 2 or 3 when property[0] == 'a': found[8 + Number(property)] = Text(ref reader); break;
                case 4 when property.SequenceEqual("cost"u8): cost = reader.GetDecimal(); break;
                case 5 when property.SequenceEqual("brand"u8): found[1] = Text(ref reader); break;
                case 5 when property.SequenceEqual("store"u8): found[6] = Text(ref reader); break;
                case 5 when property.SequenceEqual("value"u8): orders = reader.GetDecimal(); break;
                case 6 when property.SequenceEqual("source"u8): found[3] = Text(ref reader); break;
                case 6 when property.SequenceEqual("clicks"u8): clicks = reader.GetDecimal(); break;
                case 7 when property.SequenceEqual("channel"u8): found[0] = Text(ref reader); break;
                case 7 when property.SequenceEqual("seconds"u8): seconds = reader.GetDecimal(); break;
                case 9 when property.SequenceEqual("eventType"u8): found[4] = Text(ref reader); break;
                case 9 when property.SequenceEqual("timestamp"u8): at = reader.GetDateTimeOffset(); break;
                case 9 when property.SequenceEqual("channelId"u8): found[5] = Text(ref reader); break;
                case 9 when property.SequenceEqual("mediaType"u8): found[2] = Text(ref reader); break;
                case 10 when property.SequenceEqual("priceTotal"u8): sales = reader.GetDecimal(); break;
                case 11 when property.SequenceEqual("countryCode"u8): found[7] = Text(ref reader); break;
                case 11 when property.SequenceEqual("impressions"u8): impressions = reader.GetDecimal(); break;
                case 12 when property.SequenceEqual("campaignName"u8): found[8] = Text(ref reader); break;
            }
        }

        found[8] = CampaignOf(found[8], found[2]);
        Key key = new(DateOnly.FromDateTime(at.DateTime), found);
        if (!cells.TryGetValue(key, out Cell? cell))
        {
            cells[key with { Values = [.. found] }] = cell = new Cell { Groups = GroupsOf(found[0], found[5]) };
        }

        Add(cell, orders, sales, clicks, impressions, cost * 0.01m, seconds, at);
        return orders;
    }

    private static void Add(
        Cell cell, decimal orders, decimal sales, decimal clicks, decimal impressions, decimal cost, decimal seconds, DateTimeOffset at)
    {
        cell.Records++;
        cell.Sums[0] += orders;
        cell.Sums[1] += sales;
        cell.Sums[2] += clicks;
        cell.Sums[3] += impressions;
        cell.Sums[4] += cost;
        cell.Sums[5]++;
        cell.Sums[6] = Math.Max(cell.Sums[6], seconds);
        if (at >= cell.NewestAt)
        {
            (cell.NewestAt, cell.Sums[7]) = (at, seconds);
        }
    }

    // `a11` is 12: one more, so that the first is not nothing.
    private static int Number(ReadOnlySpan<byte> property) => 1 + int.Parse(property[1..], CultureInfo.InvariantCulture);

    private static string[] GroupsOf(string channel, string id) =>
    [
        .. Enumerable.Range(0, HarmonizeRecords.Groups).Select(i =>
            channel.Contains(HarmonizeRecords.Channels[i % HarmonizeRecords.Channels.Length][..3], StringComparison.Ordinal)
            || id.EndsWith((char)('0' + i % 4)) ? "in" : "out"),
    ];

    private string CampaignOf(string name, string media)
    {
        if (!campaigns.TryGetValue(name, out string? campaign))
        {
            int end = name.IndexOf('_', StringComparison.Ordinal);
            bool isCase = end > 1 && media is "paid" or "owned" && int.Parse(name.AsSpan(1, end - 1), CultureInfo.InvariantCulture) < 11;
            campaigns[name] = campaign = isCase ? "Campaign " + name[1..end] : name;
        }

        return campaign;
    }

    // The same text is the same string, without a new one for each event.
    private string Text(ref Utf8JsonReader reader)
    {
        HashCode hash = default;
        hash.AddBytes(reader.ValueSpan);
        int code = hash.ToHashCode();
        if (!texts.TryGetValue(code, out string? text))
        {
            texts[code] = text = Encoding.UTF8.GetString(reader.ValueSpan);
        }

        return text;
    }
}
