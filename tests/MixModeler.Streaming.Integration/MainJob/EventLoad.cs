using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>
/// Events at a steady rate until told to stop: the same visitors' ten weeks again and again, each time with new events, one ten weeks
/// after the other. So a log of millions of events belongs to visitors who come back. Everything that takes time is made before.
/// </summary>
internal sealed class EventLoad
{
    // A quiet machine rebuilds beside the load in a few seconds; one that cannot keep up with both would never end.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource enough;
    private readonly SemaphoreSlim isOpen = new(1, 1);
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

    /// <summary>Whether the machine could not carry all of it.</summary>
    public bool WasHeld { get; private set; }

    /// <summary>Records handed over so far, of which the last few thousand may not be in the log yet.</summary>
    public long Sent => runs.Sum(run => run.Sent);

    /// <summary>What <paramref name="done"/> comes to; if it takes longer than half a minute, no more events come until then.</summary>
    public async Task<T> BesideAsync<T>(Task<T> done)
    {
        if (await Task.WhenAny(done, Task.Delay(Together, enough.Token)) == done)
        {
            return await done;
        }

        WasHeld = true;
        await isOpen.WaitAsync(enough.Token);
        try
        {
            return await done;
        }
        finally
        {
            isOpen.Release();
        }
    }

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
        using KafkaRecordSink kafka = producer.CreateSink();
        Gate sink = new(kafka, isOpen);
        foreach (GeneratorRun run in runs)
        {
            if (!until.IsCancellationRequested)
            {
                await ((Task)run.ToSinkAsync(sink, rig.Plan.Topics.Events, until)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await sink.FlushAsync(CancellationToken.None);
    }

    // A sink is flushed every few thousand records: there they wait.
    private sealed class Gate(KafkaRecordSink sink, SemaphoreSlim isOpen) : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => sink.Send(topic, partition, key, value);

        public async Task FlushAsync(CancellationToken stop)
        {
            await sink.FlushAsync(stop);
            await isOpen.WaitAsync(stop);
            isOpen.Release();
        }
    }
}
