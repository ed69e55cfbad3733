using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Generate;

namespace MixModeler.Streaming.Tests.Generate;

public sealed class GeneratorRunTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_gets_one_record_a_line()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 300, MalformedShare = 0.2 });
        MemoryStream output = new();
        GeneratorTotals totals = await new GeneratorRun(generator).ToStreamAsync(output, Stop);

        string[] lines = Encoding.Latin1.GetString(output.ToArray()).Split('\n');
        Assert.Equal("", lines[^1]);
        generator.Rewind();
        foreach (string line in lines[..^1])
        {
            Assert.True(generator.TryNext(out GeneratedRecord record));
            Assert.Equal(Encoding.Latin1.GetString(record.Value), line);
        }

        Assert.False(generator.TryNext(out _));
        Assert.Equal(totals.Records, lines.Length - 1);
        Assert.Equal(totals.Bytes + totals.Records, output.Length);
    }

    [Fact]
    public async Task A_sink_gets_every_record_under_its_visitor_s_key_and_is_flushed()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 2_000 });
        KeepingSink sink = new();
        GeneratorRun run = new(generator);
        GeneratorTotals totals = await run.ToSinkAsync(sink, "mm.events", Stop);

        Assert.Equal(totals.Records, sink.Records.Count);
        Assert.Equal(totals.Records, run.Sent);
        Assert.Equal(totals.Records, sink.FlushedRecords);
        generator.Rewind();
        foreach ((string topic, int partition, string key, string value) in sink.Records)
        {
            Assert.True(generator.TryNext(out GeneratedRecord record));
            Assert.Equal(("mm.events", IRecordSink.ByKey), (topic, partition));
            Assert.Equal(Encoding.UTF8.GetString(record.Key), key);
            Assert.Equal(Encoding.UTF8.GetString(record.Value), value);
        }
    }

    [Fact]
    public async Task A_sink_that_fails_fails_the_run()
    {
        KeepingSink sink = new() { IsAway = true };
        GeneratorRun run = new(new LumaGenerator(new GeneratorOptions { Users = 10 }));

        await Assert.ThrowsAsync<TaskLostException>(() => run.ToSinkAsync(sink, "mm.events", Stop));
    }

    [Fact]
    public async Task A_cancelled_run_stops()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        GeneratorRun run = new(new LumaGenerator(new GeneratorOptions { Users = 10 }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.ToStreamAsync(new MemoryStream(), cancelled.Token));
        Assert.Equal(0, run.Sent);
    }

    [Fact]
    public async Task A_paced_run_sends_what_is_due_and_no_more()
    {
        ManualTime time = new();
        LumaGenerator generator = new(new GeneratorOptions { Users = 20 });
        GeneratorRun run = new(generator, new RecordPace(10, time));
        Task<GeneratorTotals> running = run.ToStreamAsync(new MemoryStream(), Stop);
        for (int tenths = 0; run.Sent < generator.RecordCount; tenths++)
        {
            // The first goes at once, then ten a second.
            await time.WaitForSleeperAsync(running, Stop);
            Assert.Equal(Math.Min(tenths + 1, generator.RecordCount), run.Sent);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(generator.RecordCount, (await running).Records);
    }
}

/// <summary>Keeps what it is sent.</summary>
internal sealed class KeepingSink : IRecordSink
{
    public bool IsAway { get; init; }

    public List<(string Topic, int Partition, string Key, string Value)> Records { get; } = [];

    public int FlushedRecords { get; private set; }

    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Records.Add((topic, partition, Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(value)));

    public Task FlushAsync(CancellationToken stop)
    {
        if (IsAway)
        {
            throw new TaskLostException(TaskLoss.OutputAway, "the log is away");
        }

        FlushedRecords = Records.Count;
        return Task.CompletedTask;
    }
}
