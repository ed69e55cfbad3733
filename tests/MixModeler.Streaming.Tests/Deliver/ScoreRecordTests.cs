using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Deliver;

public sealed class ScoreRecordTests
{
    private static readonly FeatureSchema Schema = new(
        [new("count", FeatureKind.Count), new("since", FeatureKind.MinutesSince), new("sum", FeatureKind.DecayedSum, 1_000)]);

    private static readonly long[] Row = [1_788_256_800_000, 3, 1_788_256_700_000, BitConverter.DoubleToInt64Bits(0.1 + 0.2)];

    [Fact]
    public void A_record_is_json_as_the_page_on_topics_shows_it()
    {
        using JsonDocument json = JsonDocument.Parse(Written("visitor \"1\""));
        JsonElement root = json.RootElement;
        Assert.Equal("visitor \"1\"", root.GetProperty("visitor").GetString());
        Assert.Equal(0.0312, root.GetProperty("score").GetDouble());
        Assert.Equal("propensity", root.GetProperty("model").GetString());
        Assert.Equal(18_230, root.GetProperty("modelVersion").GetInt64());
        Assert.Equal("2026-09-01T10:00:00.000Z", root.GetProperty("at").GetString());
        Assert.Equal(3, root.GetProperty("origin").GetProperty("partition").GetInt32());
        Assert.Equal(1_234, root.GetProperty("origin").GetProperty("offset").GetInt64());
        Assert.Equal(1, root.GetProperty("origin").GetProperty("ordinal").GetInt32());
        Assert.Equal(1_790_000_000_000, root.GetProperty("receivedMs").GetInt64());
        Assert.Equal("[1788256800000,3,1788256700000,0.30000000000000004]", root.GetProperty("row").GetRawText());
    }

    [Fact]
    public void A_record_reads_back_to_the_last_bit()
    {
        ScoreRecord record = new(Schema);
        Assert.True(record.TryRead(Written("vïsitor\n")));
        Assert.Equal(Hash128.Of(Encoding.UTF8.GetBytes("vïsitor\n")), record.Visitor);
        Assert.Equal(0.0312, record.Score);
        Assert.Equal(18_230, record.ModelVersion);
        Assert.Equal(new Origin(3, 1_234, 1), record.Origin);
        Assert.Equal(1_788_256_800_000, record.AtMs);
        Assert.Equal(1_790_000_000_000, record.ReceivedMs);
        Assert.Equal(Row, record.Row);
    }

    [Fact]
    public void Whatever_is_missing_twice_or_of_another_type_makes_it_no_record()
    {
        string good = Encoding.UTF8.GetString(Written("v"));
        ScoreRecord record = new(Schema);
        Assert.True(record.TryRead(Encoding.UTF8.GetBytes(good.Replace("\"model\":\"propensity\"", "\"new\":{\"a\":[1]}", StringComparison.Ordinal))));
        string[] bad =
        [
            "", "null", "[]", good[..^1], good + "{}",
            good.Replace("\"visitor\":\"v\",", "", StringComparison.Ordinal),
            good.Replace("\"visitor\":\"v\"", "\"visitor\":\"v\",\"visitor\":\"w\"", StringComparison.Ordinal),
            good.Replace("\"visitor\":\"v\"", "\"visitor\":\"\"", StringComparison.Ordinal),
            good.Replace("\"visitor\":\"v\"", "\"visitor\":7", StringComparison.Ordinal),
            good.Replace("0.0312", "1.5", StringComparison.Ordinal),
            good.Replace("0.0312", "\"0.0312\"", StringComparison.Ordinal),
            good.Replace("18230", "-1", StringComparison.Ordinal),
            good.Replace("18230", "1.5", StringComparison.Ordinal),
            good.Replace("2026-09-01T", "yesterday", StringComparison.Ordinal),
            good.Replace("\"partition\":3", "\"partition\":3000000000", StringComparison.Ordinal),
            good.Replace("\"offset\":1234,", "", StringComparison.Ordinal),
            good.Replace(",3,1788256700000", ",1788256700000", StringComparison.Ordinal),
            good.Replace(",3,1788256700000", ",3,1788256700000,4", StringComparison.Ordinal),
            good.Replace(",3,1788256700000", ",3.5,1788256700000", StringComparison.Ordinal),
        ];
        foreach (string json in bad)
        {
            Assert.False(record.TryRead(Encoding.UTF8.GetBytes(json)), json);
        }
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] good = Written("visitor");
        ScoreRecord record = new(Schema);
        for (int length = 0; length < good.Length; length++)
        {
            Assert.False(record.TryRead(good.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Writing_and_reading_allocate_nothing()
    {
        ScoreRecordWriter writer = new(Schema, "propensity");
        ScoreRecord record = new(Schema);
        bool read = true;
        long allocated = 0;
        for (int i = 0; i < 2_000; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ReadOnlySpan<byte> json = writer.Write("visitor-1"u8, 0.25, 1, 1_788_256_800_000, new Origin(0, i, 0), 2, Row);
            read &= record.TryRead(json);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(read);
        Assert.Equal(0, allocated);
    }

    private static byte[] Written(string visitor) => new ScoreRecordWriter(Schema, "propensity").Write(
        Encoding.UTF8.GetBytes(visitor), 0.0312, 18_230, 1_788_256_800_000, new Origin(3, 1_234, 1), 1_790_000_000_000, Row).ToArray();
}
