using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>
/// Events at a steady rate until told to stop: the same visitors' ten weeks again and again, each time with new events, one ten weeks
/// after the other. So a log of millions of events belongs to visitors who come back. Everything that takes time is made before.
/// </summary>
internal sealed class EventLoad
{
    private readonly CancellationTokenSource enough;
    private readonly GeneratorRun[] runs;
    private readonly Task sending;

    public EventLoad(MainJobRig rig, GeneratorOptions first, int times, double eventsPerSecond, CancellationToken stop)
    {
        enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        RecordPace pace = new(eventsPerSecond, TimeProvider.System);
        runs = [.. Enumerable.Range(0, times).Select(i => new GeneratorRun(
            new LumaGenerator(first with { Seed = first.Seed + (ulong)i, Start = first.Start.AddDays(70 * i) }), pace))];
        sending = Task.Run(() => SendAsync(rig, enough.Token), stop);
    }

    /// <summary>Records handed over so far, of which the last few thousand may not be in the log yet.</summary>
    public long Sent => runs.Sum(run => run.Sent);

    /// <summary>Stops; returns how many records are in the log.</summary>
    public async Task<long> EndAsync()
    {
        await enough.CancelAsync();
        await sending;
        enough.Dispose();
        return Sent;
    }

    private async Task SendAsync(MainJobRig rig, CancellationToken until)
    {
        using KafkaProducer producer = new(rig.Kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        foreach (GeneratorRun run in runs)
        {
            if (!until.IsCancellationRequested)
            {
                await ((Task)run.ToSinkAsync(sink, rig.Plan.Topics.Events, until)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await sink.FlushAsync(CancellationToken.None);
    }
}
