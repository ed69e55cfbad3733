using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Follow;

public sealed class PartitionFollowerTests
{
    private static readonly TopologyPlan Plan = TopologyLoader.Parse(
        """
        topology: followed
        tenant: acme
        datasets:
          rows: { category: Summary, date: day, map: { channel: { field: c }, spend: { sum: s } } }
        """,
        "followed.yaml").Plan!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static DatasetPlan Dataset => Plan.Harmonized.Datasets[0];

    [Fact]
    public async Task Each_look_brings_what_changed_since_the_last_and_the_table_is_that_of_a_single_look()
    {
        MemoryStateStore store = new();
        HarmonizedTable table = NewTable();
        PartitionFollower follower = new(store, Dataset, 0, table);
        Assert.True(await follower.FollowAsync(Stop));
        using HarmonizeTask task = DatasetWork.TaskOf(Plan, Dataset, 0, store, new RecordingSink());
        long next = await task.AcquireAsync(0, Stop);
        Random random = new(3);
        while (next < 12_000)
        {
            next = await ApplyAsync(task, next, random.Next(1, 900), random);
            Assert.True(await follower.FollowAsync(Stop));
            Assert.Equal(next, follower.NextOffset);
        }

        HarmonizedTable once = NewTable();
        await new PartitionFollower(store, Dataset, 0, once).FollowAsync(Stop);
        GridQuery all = new() { Size = 0, Columns = ["event_date", "channel", "spend"] };
        Assert.Equal(once.Grid(all).Rows, table.Grid(all).Rows);
        Assert.True(table.PartsOf("rows") > 3_000);
        long changes = table.Changes;
        Assert.True(await follower.FollowAsync(Stop));
        Assert.Equal(changes, table.Changes);
        Assert.Equal(next, follower.Progress!.Records);
    }

    [Fact]
    public async Task A_store_that_begins_anew_is_noticed()
    {
        MemoryStateStore store = new();
        PartitionFollower follower = new(store, Dataset, 0, NewTable());
        using HarmonizeTask task = DatasetWork.TaskOf(Plan, Dataset, 0, store, new RecordingSink());
        await ApplyAsync(task, await task.AcquireAsync(0, Stop), 10, new Random(1));
        Assert.True(await follower.FollowAsync(Stop));
        await store.RemoveAsync(Stop);
        Assert.False(await follower.FollowAsync(Stop));
    }

    private static HarmonizedTable NewTable()
    {
        HarmonizedTable table = new();
        table.Use(Plan.Harmonized);
        return table;
    }

    private static async Task<long> ApplyAsync(HarmonizeTask task, long next, int count, Random random)
    {
        RecordBatch batch = new();
        for (int i = 0; i < count; i++)
        {
            string row = $$"""{"dataset":"rows","_id":"{{random.Next(8_000)}}","day":"2026-01-{{random.Next(1, 29):00}}","c":"{{random.Next(3)}}","s":{{random.Next(100)}}}""";
            batch.Add(next++, 0, [], Encoding.UTF8.GetBytes(row));
        }

        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        channel.Writer.TryWrite(batch);
        channel.Writer.Complete();
        await task.RunAsync(channel.Reader, static _ => { }, Stop);
        return next;
    }
}
