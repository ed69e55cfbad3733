using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Deliver;

public sealed class HubTableTests
{
    private static readonly FeatureSchema Schema = new([new("count", FeatureKind.Count)]);

    private readonly HubTable table = new(Schema);
    private long nextOffset;

    [Fact]
    public void Reading_from_zero_gives_every_visitor_once_as_of_now()
    {
        Apply(("a", 1), ("b", 1), ("a", 2));
        long cursor = 0;
        Assert.Equal([("b", 1), ("a", 2)], Read(ref cursor));
        Assert.Equal(3, cursor);
        Assert.Empty(Read(ref cursor));
    }

    [Fact]
    public void Reading_on_gives_what_changed_since()
    {
        Apply(("a", 1), ("b", 1));
        long cursor = 0;
        Read(ref cursor);
        Apply(("b", 2));
        Assert.Equal([("b", 2)], Read(ref cursor));
    }

    [Fact]
    public void A_reader_may_take_few_rows_at_a_time_and_misses_none()
    {
        for (int i = 0; i < 100; i++)
        {
            Apply(($"v{i % 40}", i));
        }

        long cursor = 0;
        Dictionary<string, long> seen = [];
        while (Read(ref cursor, rowsMax: 7) is { Count: > 0 } rows)
        {
            Assert.True(rows.Count <= 7);
            foreach ((string visitor, long count) in rows)
            {
                seen[visitor] = count;
            }

            // Changes come in between two reads.
            if (nextOffset < 130)
            {
                Apply(($"v{nextOffset % 40}", nextOffset));
            }
        }

        Assert.Equal(40, seen.Count);
        for (long i = nextOffset - 40; i < nextOffset; i++)
        {
            Assert.Equal(i, seen[$"v{i % 40}"]);
        }
    }

    [Fact]
    public void A_slow_reader_gets_each_visitor_once_and_memory_stays_with_the_visitors()
    {
        for (int i = 0; i < 200_000; i++)
        {
            Apply(($"v{i % 50}", i));
        }

        Assert.Equal(200_000, table.HeadSequence);
        Assert.True(table.ChangesHeld <= 8_192, $"{table.ChangesHeld} changes for 50 visitors");
        long cursor = 17;
        List<(string Visitor, long Count)> rows = Read(ref cursor);
        Assert.Equal(50, rows.Count);
        Assert.All(rows, row => Assert.True(row.Count >= 199_950));
    }

    [Fact]
    public void Replayed_records_are_recognised_by_their_origin()
    {
        RecordBatch batch = Batch(0, (0, 5, 0, "a", 1), (1, 6, 0, "b", 1), (2, 6, 1, "c", 1));
        Assert.Equal(new HubApplied(3, 0, 0), table.Apply(batch));
        Assert.Equal(new HubApplied(0, 3, 0), table.Apply(batch));
        // The engine came back at offset 6 and wrote it again before going on.
        Assert.Equal(new HubApplied(1, 2, 0), table.Apply(Batch(0, (3, 6, 0, "b", 9), (4, 6, 1, "c", 9), (5, 7, 0, "a", 2))));
        long cursor = 0;
        Assert.Equal([("b", 1), ("c", 1), ("a", 2)], Read(ref cursor));
    }

    [Fact]
    public void Origins_count_for_themselves_in_each_partition()
    {
        Assert.Equal(1, table.Apply(Batch(0, (0, 5, 0, "a", 1))).Applied);
        Assert.Equal(1, table.Apply(Batch(1, (0, 5, 0, "b", 1))).Applied);
    }

    [Fact]
    public void What_is_no_score_record_is_counted_and_skipped()
    {
        RecordBatch batch = new();
        batch.Add(0, 0, "k"u8, "not json"u8);
        batch.Add(1, 0, "k"u8, ""u8);
        Assert.Equal(new HubApplied(0, 0, 2), table.Apply(batch));
        Assert.Equal(0, table.HeadSequence);
    }

    private void Apply(params (string Visitor, long Count)[] rows) =>
        table.Apply(Batch(0, [.. rows.Select(row => (nextOffset, nextOffset++, 0, row.Visitor, row.Count))]));

    private static RecordBatch Batch(int partition, params (long Offset, long Origin, int Ordinal, string Visitor, long Count)[] rows)
    {
        ScoreRecordWriter writer = new(Schema, "m");
        RecordBatch batch = new() { Partition = partition };
        foreach ((long offset, long origin, int ordinal, string visitor, long count) in rows)
        {
            byte[] id = Encoding.UTF8.GetBytes(visitor);
            batch.Add(offset, 0, id, writer.Write(id, 0.5, 1, 1_000 + origin, new Origin(partition, origin, ordinal), 0, [1_000, count]));
        }

        return batch;
    }

    private List<(string Visitor, long Count)> Read(ref long cursor, int rowsMax = 1_000)
    {
        Dictionary<Hash128, string> names = [];
        foreach (string name in Enumerable.Range(0, 100).Select(i => $"v{i}").Concat(["a", "b", "c"]))
        {
            names[Hash128.Of(Encoding.UTF8.GetBytes(name))] = name;
        }

        PackedWriter payload = new();
        int count = table.Read(ref cursor, payload, rowsMax);
        RowBatch.Reader reader = RowBatch.Read(payload.Written, Schema.RowWords);
        Assert.Equal(count, reader.Rows);
        Assert.Equal(cursor, reader.Sequence);
        List<(string, long)> rows = [];
        long[] words = new long[2];
        while (reader.TryNext(out RowHeader header, words))
        {
            rows.Add((names[header.Visitor], words[1]));
        }

        return rows;
    }
}
