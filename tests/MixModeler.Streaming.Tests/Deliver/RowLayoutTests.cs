using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Deliver;

public sealed class RowLayoutTests
{
    private static readonly TopologyPlan One = TestTopology.PlanOf() with { Version = "one" };

    // spend first, a new feature, opens last
    private static readonly TopologyPlan Two = One with
    {
        Version = "two",
        Schema = new FeatureSchema([One.Schema.Features[3], new Feature("views", FeatureKind.Count), One.Schema.Features[0]]),
        Matches = [One.Matches[3], new FeatureMatch("eventType", "view"), One.Matches[0]],
    };

    private static readonly long HalfBits = BitConverter.DoubleToInt64Bits(0.5);
    private static readonly long[] RowOfOne = [9_000, 3, 4, 8_000, HalfBits];
    private static readonly long[] RowOfTwo = [9_000, HalfBits, 7, 3];

    [Fact]
    public void Rows_of_either_version_are_read_into_the_layout_of_one()
    {
        ScoreRecord record = new(Two.Schema, new RowLayouts(Two, Find));

        Assert.True(record.TryRead(Written(One, RowOfOne)));
        Assert.Equal([9_000, HalfBits, 0, 3], record.Row);
        Assert.True(record.TryRead(Written(Two, RowOfTwo)));
        Assert.Equal(RowOfTwo, record.Row);
    }

    [Fact]
    public void A_record_that_names_its_version_last_or_not_at_all_is_read_as_well_and_one_of_an_unknown_version_is_not()
    {
        ScoreRecord record = new(Two.Schema, new RowLayouts(Two, Find));
        string one = Encoding.UTF8.GetString(Written(One, RowOfOne));
        string last = one.Replace(",\"topology\":\"one\"", "", StringComparison.Ordinal)[..^1] + ",\"topology\":\"one\"}";
        string unsaid = Encoding.UTF8.GetString(Written(Two, RowOfTwo)).Replace(",\"topology\":\"two\"", "", StringComparison.Ordinal);

        Assert.True(record.TryRead(Encoding.UTF8.GetBytes(last)));
        Assert.Equal([9_000, HalfBits, 0, 3], record.Row);
        Assert.True(record.TryRead(Encoding.UTF8.GetBytes(unsaid)));
        Assert.Equal(RowOfTwo, record.Row);
        Assert.False(record.TryRead(Encoding.UTF8.GetBytes(one.Replace("\"one\"", "\"zero\"", StringComparison.Ordinal))));
        Assert.False(record.TryRead(Encoding.UTF8.GetBytes(one.Replace("\"topology\":\"one\"", "\"topology\":\"one\",\"topology\":\"one\"", StringComparison.Ordinal))));
        Assert.False(record.TryRead(Encoding.UTF8.GetBytes(one.Replace("\"topology\":\"one\"", "\"topology\":1", StringComparison.Ordinal))));
        // Laid out otherwise than its version says.
        Assert.False(record.TryRead(Encoding.UTF8.GetBytes(one.Replace("\"one\"", "\"two\"", StringComparison.Ordinal))));
    }

    [Fact]
    public void Reading_rows_of_another_version_allocates_nothing()
    {
        ScoreRecord record = new(Two.Schema, new RowLayouts(Two, Find));
        byte[] json = Written(One, RowOfOne);
        bool read = true;
        long allocated = 0;
        for (int i = 0; i < 2_000; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            read &= record.TryRead(json);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.True(read);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_table_moves_to_another_layout_with_its_rows_origins_and_order_and_takes_no_more_itself()
    {
        HubTable before = new(One, Find);
        before.Apply(Batch(One, RowOfOne, "a", 5));
        before.Apply(Batch(One, [9_500, 1, 1, 1, 0], "b", 6));
        before.Apply(Batch(Two, RowOfTwo, "b", 7));

        HubTable after = before.MoveTo(Two, Find, StateMapping.Between(One, Two));

        Assert.Null(before.TryApply(Batch(One, RowOfOne, "c", 8)));
        Assert.Equal((2, 9_500L), (after.Visitors, after.NewestEventMs));
        Assert.Equal([("a", "9000," + HalfBits + ",0,3"), ("b", "9000," + HalfBits + ",0,3")], Rows(after));
        // What was there before is a replay to the new table too.
        Assert.Equal(new HubApplied(0, 1, 0), after.Apply(Batch(Two, RowOfTwo, "b", 7)));
        Assert.Equal(new HubApplied(1, 0, 0), after.Apply(Batch(Two, RowOfTwo, "b", 8)));
        Assert.Equal([("a", "9000," + HalfBits + ",0,3"), ("b", "9000," + HalfBits + ",7,3")], Rows(after));
    }

    private static TopologyPlan? Find(string version) => version == "one" ? One : version == "two" ? Two : null;

    private static byte[] Written(TopologyPlan plan, long[] row, string visitor = "a", long offset = 1) =>
        new ScoreRecordWriter(plan.Schema, "propensity", plan.Version)
            .Write(Encoding.UTF8.GetBytes(visitor), 0.5, 1, row[0], new Origin(0, offset, 0), 2, row).ToArray();

    private static RecordBatch Batch(TopologyPlan plan, long[] row, string visitor, long offset)
    {
        RecordBatch batch = new();
        batch.Add(offset, 2, Encoding.UTF8.GetBytes(visitor), Written(plan, row, visitor, offset));
        return batch;
    }

    private static List<(string Visitor, string Row)> Rows(HubTable table)
    {
        PackedWriter payload = new();
        long cursor = 0;
        table.Read(ref cursor, payload, 100);
        RowBatch.Reader reader = RowBatch.Read(payload.Written, Two.Schema.RowWords);
        long[] words = new long[Two.Schema.RowWords];
        List<(string, string)> rows = [];
        while (reader.TryNext(out RowHeader header, words))
        {
            rows.Add((header.Visitor == Hash128.Of("a"u8) ? "a" : "b", string.Join(',', words)));
        }

        return rows;
    }
}
