using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Kafka.Native;

// Hot path, per event. Budget: 0 B.
/// <summary>Room for one batch read from a queue of librdkafka. Owned by one thread; released before the next fill.</summary>
internal sealed unsafe class MessageBuffer(int messagesMax) : IDisposable
{
    private Librdkafka.Message** messages = (Librdkafka.Message**)NativeMemory.Alloc((nuint)messagesMax, (nuint)sizeof(nint));

    public int Count { get; private set; }

    public ref readonly Librdkafka.Message this[int i] => ref *messages[i];

    /// <summary>Takes what is there, at most <paramref name="max"/>; waits only if nothing is.</summary>
    public int Fill(nint queue, int max, int timeoutMs)
    {
        ObjectDisposedException.ThrowIf(messages == null, this);
        nint count = Librdkafka.Consume(queue, timeoutMs, messages, (nuint)Math.Min(max, messagesMax));
        return Count = (int)Math.Max(count, 0);
    }

    public static ReadOnlySpan<byte> Key(in Librdkafka.Message message) => new(message.Key, (int)message.KeyLength);

    public static ReadOnlySpan<byte> Value(in Librdkafka.Message message) => new(message.Value, (int)message.ValueLength);

    /// <summary>Milliseconds since 1970; 0 where a record carries no time.</summary>
    public long TimestampMs(int i)
    {
        int kind;
        return Math.Max(Librdkafka.Timestamp(messages[i], &kind), 0);
    }

    /// <summary>Gives the messages back to librdkafka.</summary>
    public void Release()
    {
        for (int i = 0; i < Count; i++)
        {
            Librdkafka.DestroyMessage(messages[i]);
        }

        Count = 0;
    }

    public void Dispose()
    {
        Release();
        NativeMemory.Free(messages);
        messages = null;
    }
}
