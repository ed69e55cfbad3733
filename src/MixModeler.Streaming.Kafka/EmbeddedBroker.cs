using Confluent.Kafka;
using MixModeler.Streaming.Kafka.Native;

namespace MixModeler.Streaming.Kafka;

/// <summary>
/// A Kafka cluster inside this process: librdkafka's mock cluster, which speaks the real protocol on 127.0.0.1 to any client.
/// It holds its log in memory (1 GiB a partition) and is gone with its process. Thread-safe.
/// </summary>
public sealed class EmbeddedBroker : IDisposable
{
    // A real broker waits 3 s for more members before a group's first election; here nobody wants to wait.
    private const int FirstJoinDelayMs = 100;

    private readonly Lock gate = new();
    private readonly int brokers;
    private nint handle;
    private nint cluster;

    private EmbeddedBroker(nint handle, nint cluster, int brokers)
    {
        this.handle = handle;
        this.cluster = cluster;
        this.brokers = brokers;
        Bootstrap = Librdkafka.Text(MockCluster.Bootstraps(cluster));
    }

    /// <summary>HOST:PORT of every broker, separated by commas.</summary>
    public string Bootstrap { get; }

    public static unsafe EmbeddedBroker Start(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        NativeLibrdkafka.Load();

        nint configuration = Librdkafka.NewConfiguration();
        // The handle has no brokers of its own and would say so.
        Librdkafka.SetLogger(configuration, 0);

        byte* error = stackalloc byte[512];
        // A producer handle is the lightest host for a mock cluster.
        nint handle = Librdkafka.NewHandle(Librdkafka.ProducerHandle, configuration, error, 512);
        if (handle == 0)
        {
            throw new InvalidOperationException($"The embedded broker did not start: {Librdkafka.Text((nint)error)}.");
        }

        nint cluster = MockCluster.NewCluster(handle, brokers);
        if (cluster == 0)
        {
            Librdkafka.DestroyHandle(handle);
            throw new InvalidOperationException("The embedded broker did not start: no port on 127.0.0.1 could be opened.");
        }

        MockCluster.SetInitialRebalanceDelay(cluster, FirstJoinDelayMs);
        return new EmbeddedBroker(handle, cluster, brokers);
    }

    /// <summary>Creates the topic; one that exists keeps its partitions.</summary>
    public void CreateTopic(string name, int partitions)
    {
        lock (gate)
        {
            int error = MockCluster.CreateTopic(Cluster(), name, partitions, Math.Min(brokers, 3));
            if (error != (int)ErrorCode.TopicAlreadyExists)
            {
                Check(error, $"create the topic {name}");
            }
        }
    }

    /// <summary>Forgets what is older than the offset, as a real broker's retention does.</summary>
    public void DeleteRecordsBefore(string topic, int partition, long offset)
    {
        lock (gate)
        {
            Check(MockCluster.DeleteRecords(Cluster(), topic, partition, offset), $"delete records of {topic}/{partition}");
        }
    }

    /// <summary>Refuses this many produce requests, as a broker does without the right to write: for trying out how outputs fail.</summary>
    public unsafe void RefuseNextProduceRequests(int count)
    {
        const short ProduceRequest = 0;
        int[] errors = new int[count];
        Array.Fill(errors, (int)ErrorCode.TopicAuthorizationFailed);
        fixed (int* pinned = errors)
        {
            lock (gate)
            {
                MockCluster.PushRequestErrors(Cluster(), ProduceRequest, (nuint)count, pinned);
            }
        }
    }

    /// <summary>Closes every connection and refuses new ones. The log stays.</summary>
    public void TakeDown()
    {
        lock (gate)
        {
            for (int broker = 1; broker <= brokers; broker++)
            {
                Check(MockCluster.SetDown(Cluster(), broker), "go down");
            }
        }
    }

    public void BringUp()
    {
        lock (gate)
        {
            for (int broker = 1; broker <= brokers; broker++)
            {
                Check(MockCluster.SetUp(Cluster(), broker), "come up");
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (cluster == 0)
            {
                return;
            }

            MockCluster.DestroyCluster(cluster);
            Librdkafka.DestroyHandle(handle);
            cluster = 0;
            handle = 0;
        }
    }

    private nint Cluster()
    {
        ObjectDisposedException.ThrowIf(cluster == 0, this);
        return cluster;
    }

    private static void Check(int error, string deed)
    {
        if (error != 0)
        {
            throw new InvalidOperationException(
                $"The embedded broker could not {deed}: {Librdkafka.DescribeError(error)}.");
        }
    }
}
