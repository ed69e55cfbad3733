using Confluent.Kafka;
using MixModeler.Streaming.Kafka.Native;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

/// <summary>
/// The one producer of a process. Every task sends through a <see cref="KafkaRecordSink"/> of its own; records travel together.
/// </summary>
/// <remarks>
/// Idempotent and gapless: what a sink sends arrives once and in order, or the sink learns that something of it failed. While no
/// broker answers, records wait. A refusal ends the native producer; a new one takes its place and the tasks repeat their outputs.
/// </remarks>
public sealed class KafkaProducer : IDisposable
{
    // Poll this often when nothing happens: only to notice the end.
    private const int PollMs = 100;
    private const int ReportsMax = 1_024;
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RenewalPause = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly object room = new();
    private readonly Dictionary<string, string> properties;
    private readonly Report report;
    private readonly TimeProvider clock;
    private readonly BrokerWatch watch;
    private readonly Thread thread;
    private readonly ManualResetEventSlim stopping = new();
    private KafkaRecordSink?[] sinks = new KafkaRecordSink?[16];
    private ProducerHandle current;
    private long nextProbe;
    private long renewedAt;
    private volatile bool closed;
    private volatile string? refusal;

    public KafkaProducer(KafkaOptions options, Report report, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        NativeLibrdkafka.Load();
        this.report = report;
        this.clock = clock ?? TimeProvider.System;
        properties = options.ForProducer();
        watch = new BrokerWatch(options.BootstrapServers, report);
        current = ProducerHandle.Create(properties);
        thread = new Thread(Run) { IsBackground = true, Name = "kafka-producer" };
        thread.Start();
    }

    /// <summary>Why outputs do not get away; null when they do.</summary>
    public string? Problem => watch.Problem ?? refusal;

    public bool Healthy => Problem is null;

    internal ProducerHandle Current => Volatile.Read(ref current);

    /// <summary>A sink for one task. Dispose of it when the task is gone.</summary>
    public KafkaRecordSink CreateSink()
    {
        lock (gate)
        {
            int slot = Array.IndexOf(sinks, null);
            if (slot < 0)
            {
                slot = sinks.Length;
                KafkaRecordSink?[] larger = new KafkaRecordSink?[sinks.Length * 2];
                sinks.CopyTo(larger, 0);
                Volatile.Write(ref sinks, larger);
            }

            return sinks[slot] = new KafkaRecordSink(this, slot);
        }
    }

    /// <summary>Gives what was sent some seconds to get away.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        stopping.Set();
        thread.Join();
        current.Dispose();
        stopping.Dispose();
    }

    /// <summary>Waits until the queue may have room again. False when there will be none.</summary>
    internal bool WaitForRoom()
    {
        lock (room)
        {
            return !closed && (Monitor.Wait(room, PollMs) || !closed);
        }
    }

    internal void Release(int slot)
    {
        lock (gate)
        {
            sinks[slot] = null;
        }
    }

    private void Run()
    {
        long deadline = 0;
        while (true)
        {
            nint happening = Librdkafka.PollQueue(current.Events, PollMs);
            if (happening != 0)
            {
                Serve(happening);
            }
            else
            {
                Probe();
            }

            if (stopping.IsSet)
            {
                deadline = deadline == 0 ? clock.GetTimestamp() : deadline;
                if (current.OutstandingCount == 0 || clock.GetElapsedTime(deadline) > FarewellMax)
                {
                    return;
                }
            }
        }
    }

    private void Serve(nint happening)
    {
        switch (Librdkafka.EventType(happening))
        {
            case Librdkafka.DeliveryReports:
                Settle(happening);
                break;
            case Librdkafka.Errors when Librdkafka.EventIsFatal(happening) != 0:
                string reason = Librdkafka.Text(Librdkafka.EventErrorText(happening));
                Librdkafka.DestroyEvent(happening);
                Renew(reason);
                return;
            case Librdkafka.Errors when (ErrorCode)Librdkafka.EventError(happening) is ErrorCode.Local_AllBrokersDown:
                watch.Down("all brokers are down");
                break;
        }

        Librdkafka.DestroyEvent(happening);
    }

    private unsafe void Settle(nint happening)
    {
        Librdkafka.Message** reports = stackalloc Librdkafka.Message*[ReportsMax];
        KafkaRecordSink?[] table = Volatile.Read(ref sinks);
        bool delivered = false;
        for (nuint count; (count = Librdkafka.EventMessages(happening, reports, ReportsMax)) > 0;)
        {
            for (nuint i = 0; i < count; i++)
            {
                table[(int)reports[i]->Opaque]?.Settle(reports[i]->Error);
                delivered |= reports[i]->Error == 0;
            }
        }

        // Counts first, then the look at who waits: the sinks look the other way round.
        Interlocked.MemoryBarrier();
        foreach (KafkaRecordSink? sink in table)
        {
            sink?.CompleteIfSettled();
        }

        lock (room)
        {
            Monitor.PulseAll(room);
        }

        if (delivered)
        {
            refusal = null;
            watch.Up();
        }
    }

    // After an outage nothing may be left to send, so nothing would tell that the brokers are back.
    private void Probe()
    {
        if (watch.Problem is null || clock.GetTimestamp() < nextProbe)
        {
            return;
        }

        if (current.Reaches(TimeSpan.FromMilliseconds(PollMs)))
        {
            watch.Up();
        }

        nextProbe = clock.GetTimestamp() + clock.TimestampFrequency;
    }

    private void Renew(string reason)
    {
        refusal = $"Kafka refused an output ({reason}).";
        report(Severity.Error, $"{refusal} The tasks drop what they hold and repeat it.");

        ProducerHandle old = current;
        old.Purge();
        while (old.OutstandingCount > 0)
        {
            nint happening = Librdkafka.PollQueue(old.Events, PollMs);
            if (happening != 0 && Librdkafka.EventType(happening) == Librdkafka.DeliveryReports)
            {
                Settle(happening);
            }

            if (happening != 0)
            {
                Librdkafka.DestroyEvent(happening);
            }
        }

        // Whatever refuses may refuse again at once: not a new producer per millisecond.
        if (renewedAt != 0 && clock.GetElapsedTime(renewedAt) < RenewalPause)
        {
            stopping.Wait(RenewalPause);
        }

        renewedAt = clock.GetTimestamp();
        Volatile.Write(ref current, ProducerHandle.Create(properties));
        old.Dispose();
    }
}
