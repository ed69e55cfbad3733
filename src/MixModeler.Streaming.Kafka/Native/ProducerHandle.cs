using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Kafka.Native;

/// <summary>An rd_kafka_t that produces, with its topics. Freed when the last call that uses it has returned.</summary>
internal sealed unsafe class ProducerHandle : SafeHandle
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, nint> topics = new(StringComparer.Ordinal);

    private ProducerHandle(nint handle)
        : base(0, ownsHandle: true)
    {
        SetHandle(handle);
        Events = Librdkafka.MainQueue(handle);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The queue of delivery reports and errors.</summary>
    public nint Events { get; }

    /// <exception cref="ArgumentException">A property is unknown or its value is refused.</exception>
    public static ProducerHandle Create(Dictionary<string, string> properties)
    {
        byte* error = stackalloc byte[512];
        nint configuration = Librdkafka.NewConfiguration();
        foreach ((string name, string value) in properties)
        {
            if (Librdkafka.Set(configuration, name, value, error, 512) != 0)
            {
                Librdkafka.DestroyConfiguration(configuration);
                throw new ArgumentException($"Kafka options: {Librdkafka.Text((nint)error)}.");
            }
        }

        Librdkafka.SetEvents(configuration, Librdkafka.DeliveryReports | Librdkafka.Errors);
        // Errors arrive as events; the log would repeat them on standard error.
        Librdkafka.SetLogger(configuration, 0);
        nint handle = Librdkafka.NewHandle(Librdkafka.ProducerHandle, configuration, error, 512);
        if (handle == 0)
        {
            Librdkafka.DestroyConfiguration(configuration);
            throw new ArgumentException($"Kafka options: {Librdkafka.Text((nint)error)}.");
        }

        return new ProducerHandle(handle);
    }

    /// <summary>Only while a reference is held (<see cref="SafeHandle.DangerousAddRef"/>).</summary>
    public nint Topic(string name)
    {
        lock (gate)
        {
            if (!topics.TryGetValue(name, out nint topic))
            {
                topic = Librdkafka.NewTopic(handle, name, 0);
                topics.Add(name, topic);
            }

            return topic;
        }
    }

    public int OutstandingCount => Librdkafka.OutstandingCount(handle);

    public void Purge() => _ = Librdkafka.Purge(handle, Librdkafka.PurgeQueuedAndInFlight);

    /// <summary>Whether a broker answers within the time.</summary>
    public bool Reaches(TimeSpan timeout)
    {
        const int NotAllTopics = 0;
        if (Librdkafka.Metadata(handle, NotAllTopics, 0, out nint metadata, (int)timeout.TotalMilliseconds) != 0)
        {
            return false;
        }

        Librdkafka.DestroyMetadata(metadata);
        return true;
    }

    protected override bool ReleaseHandle()
    {
        foreach (nint topic in topics.Values)
        {
            Librdkafka.DestroyTopic(topic);
        }

        Librdkafka.DestroyQueue(Events);
        Librdkafka.DestroyHandle(handle);
        return true;
    }
}
