using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

// Hot path, a few times per event. Budget: 0 B per record; the records are copied into librdkafka's queue.
/// <summary>The outputs of one task, through the process's <see cref="KafkaProducer"/>.</summary>
/// <remarks>
/// An empty key is no key, an empty value a deletion. <see cref="Send"/> waits only while the process's whole queue is full. After a
/// record failed, what follows is dropped until <see cref="FlushAsync"/> has told, so that nothing overtakes its repetition.
/// </remarks>
public sealed class KafkaRecordSink : IRecordSink, IDisposable
{
    private const int QueueFull = -184;

    private readonly KafkaProducer producer;
    private readonly int slot;
    private ProducerHandle? lastHandle;
    private string lastTopic = "";
    private nint lastTopicHandle;
    private Arrival? waiter;
    private string? failure;
    private long sent;      // written by the owner
    private long settled;   // written by the producer's thread
    private bool released;
    private volatile bool closed;

    internal KafkaRecordSink(KafkaProducer producer, int slot)
    {
        this.producer = producer;
        this.slot = slot;
    }

    public unsafe void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (Volatile.Read(ref failure) is not null)
        {
            return;
        }

        fixed (byte* keyBytes = key, valueBytes = value)
        {
            while (true)
            {
                int error = Enqueue(topic, partition, keyBytes, key.Length, valueBytes, value.Length);
                if (error == 0)
                {
                    sent++;
                    return;
                }

                if (error != QueueFull || !producer.WaitForRoom())
                {
                    Fail($"{topic}: {Librdkafka.DescribeError(error)}");
                    return;
                }
            }
        }
    }

    public async Task FlushAsync(CancellationToken stop)
    {
        if (Volatile.Read(ref settled) < sent)
        {
            Arrival arrival = new(sent);
            Volatile.Write(ref waiter, arrival);
            // The wish first, then the look at the counts: the producer's thread looks the other way round.
            Interlocked.MemoryBarrier();
            CompleteIfSettled();
            await arrival.Task.WaitAsync(stop).ConfigureAwait(false);
        }

        if (Interlocked.Exchange(ref failure, null) is { } reason)
        {
            throw new TaskLostException(TaskLoss.OutputAway, $"An output was not delivered ({reason}).");
        }
    }

    /// <summary>Forgets the sink; what it has sent still goes out.</summary>
    public void Dispose()
    {
        if (!closed)
        {
            closed = true;
            ReleaseIfSettled();
        }
    }

    /// <summary>On the producer's thread, once per record.</summary>
    internal void Settle(int error)
    {
        if (error != 0)
        {
            Fail(Librdkafka.DescribeError(error));
        }

        Volatile.Write(ref settled, settled + 1);
    }

    /// <summary>After a change of either count.</summary>
    internal void CompleteIfSettled()
    {
        if (Volatile.Read(ref waiter) is { } arrival
            && Volatile.Read(ref settled) >= arrival.Target
            && Interlocked.CompareExchange(ref waiter, null, arrival) == arrival)
        {
            arrival.SetResult();
        }

        if (closed)
        {
            ReleaseIfSettled();
        }
    }

    private unsafe int Enqueue(string topic, int partition, byte* key, int keyLength, byte* value, int valueLength)
    {
        ProducerHandle handle = producer.Current;
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            if (!ReferenceEquals(handle, lastHandle) || !ReferenceEquals(topic, lastTopic))
            {
                lastTopicHandle = handle.Topic(topic);
                lastHandle = handle;
                lastTopic = topic;
            }

            int outcome = Librdkafka.Produce(
                lastTopicHandle, partition, Librdkafka.CopyPayload, value, (nuint)valueLength, key, (nuint)keyLength, slot);
            return outcome == 0 ? 0 : Librdkafka.LastError();
        }
        catch (ObjectDisposedException)
        {
            // Renewed or closed between the two lines above; asking again finds out.
            return QueueFull;
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    private void Fail(string reason) => Interlocked.CompareExchange(ref failure, reason, null);

    // Whoever sees it last gives the slot back; the slot's new owner must not receive our reports.
    private void ReleaseIfSettled()
    {
        if (Volatile.Read(ref settled) == Volatile.Read(ref sent) && !Interlocked.Exchange(ref released, true))
        {
            producer.Release(slot);
        }
    }


    // One object, so that a late look at an earlier wish cannot complete a later one.
    private sealed class Arrival(long target) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Target { get; } = target;
    }
}
