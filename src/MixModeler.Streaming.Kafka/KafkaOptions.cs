namespace MixModeler.Streaming.Kafka;

/// <summary>How to reach Kafka, and the few settings that trade latency for work.</summary>
public sealed record KafkaOptions
{
    // What the engine's guarantees rest on: offsets come from the state store, outputs arrive once and in order.
    private static readonly string[] Reserved =
    [
        "auto.offset.reset", "enable.auto.commit", "enable.auto.offset.store", "enable.idempotence", "enable.gapless.guarantee",
        "group.id", "message.timeout.ms", "delivery.timeout.ms", "partition.assignment.strategy", "request.required.acks", "acks",
        "bootstrap.servers", "metadata.broker.list", "partitioner", "allow.auto.create.topics", "enable.partition.eof",
        "max.in.flight", "max.in.flight.requests.per.connection",
    ];

    /// <summary>HOST:PORT of one broker or more, separated by commas.</summary>
    public string BootstrapServers { get; set; } = "127.0.0.1:9092";

    /// <summary>How brokers name us in their logs and quotas.</summary>
    public string ClientId { get; set; } = "mixmodeler";

    /// <summary>A member that is silent this long loses its partitions. 6 s is the least that brokers accept unless told otherwise.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// How long a broker may hold back an empty answer. A real broker answers as soon as something arrives; the embedded one
    /// does not, so this bounds its latency.
    /// </summary>
    public TimeSpan FetchWait { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Read ahead at most this much of every partition; the memory of a host is partitions times this.</summary>
    public int ReadAheadKilobytesMax { get; set; } = 2_048;

    /// <summary>Outputs wait this long for company: fewer requests, later commits.</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>none, gzip, snappy, lz4 or zstd.</summary>
    public string Compression { get; set; } = "lz4";

    /// <summary>
    /// How long a partition that is taken away may work on what it has read. Well below max.poll.interval.ms (5 min), within
    /// which the group waits for us.
    /// </summary>
    public TimeSpan DrainWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Any property of librdkafka, e.g. security.protocol, sasl.username, ssl.ca.location. They win over the above.</summary>
    public Dictionary<string, string> Properties { get; set; } = [];

    /// <exception cref="ArgumentException">With everything that is wrong, in one message.</exception>
    public void Validate()
    {
        List<string> problems = [];
        if (string.IsNullOrWhiteSpace(BootstrapServers))
        {
            problems.Add("the bootstrap servers are empty; give HOST:PORT");
        }

        if (SessionTimeout < TimeSpan.FromSeconds(1) || SessionTimeout > TimeSpan.FromMinutes(5))
        {
            problems.Add($"the session timeout {SessionTimeout} is outside 1 s..5 min");
        }

        foreach (string name in Properties.Keys.Intersect(Reserved, StringComparer.Ordinal))
        {
            problems.Add($"the property {name} is not free: exactly-once state depends on its value");
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException($"Kafka options: {string.Join("; ", problems)}.");
        }
    }

    internal Dictionary<string, string> ForProducer() => Merge(new()
    {
        ["enable.idempotence"] = "true",
        ["acks"] = "all",
        // An output that fails must not be followed by a later one that succeeds: readers would take its repetition for a replay
        // they have already seen. So outputs wait for a broker for ever, and a refusal stops the whole producer.
        ["enable.gapless.guarantee"] = "true",
        ["message.timeout.ms"] = "0",
        ["compression.type"] = Compression,
        ["linger.ms"] = Milliseconds(Linger),
        ["queue.buffering.max.messages"] = "500000",
        ["queue.buffering.max.kbytes"] = "524288",
        // The partitioner of the Java clients, so that a key has one partition whoever writes.
        ["partitioner"] = "murmur2_random",
    });

    internal Dictionary<string, string> ForConsumer(string group) => Merge(new()
    {
        ["group.id"] = group,
        // Commits what the host stores: a hint for lag tools, every 5 s.
        ["enable.auto.commit"] = "true",
        ["enable.auto.offset.store"] = "false",
        ["auto.offset.reset"] = "error",
        // Partitions that stay where they are go on working during a rebalance.
        ["partition.assignment.strategy"] = "cooperative-sticky",
        ["session.timeout.ms"] = Milliseconds(SessionTimeout),
        ["heartbeat.interval.ms"] = Milliseconds(SessionTimeout / 6),
        ["fetch.wait.max.ms"] = Milliseconds(FetchWait),
        ["queued.max.messages.kbytes"] = $"{ReadAheadKilobytesMax}",
        ["queued.min.messages"] = "20000",
        // Read-ahead is small, so look again soon: the default of 1 s would starve a fast task.
        ["fetch.queue.backoff.ms"] = "10",
        ["fetch.error.backoff.ms"] = "100",
        ["fetch.max.bytes"] = "8388608",
        ["topic.metadata.refresh.interval.ms"] = "10000",
    });

    internal Dictionary<string, string> ForAdmin() => Merge([]);

    private Dictionary<string, string> Merge(Dictionary<string, string> properties)
    {
        properties["bootstrap.servers"] = BootstrapServers;
        properties["client.id"] = ClientId;
        // A topic made in passing has whatever number of partitions; KafkaTopics makes them on purpose.
        properties["allow.auto.create.topics"] = "false";
        // Back within a second or two after an outage.
        properties["reconnect.backoff.ms"] = "50";
        properties["reconnect.backoff.max.ms"] = "1000";
        foreach ((string name, string value) in Properties)
        {
            properties[name] = value;
        }

        return properties;
    }

    private static string Milliseconds(TimeSpan span) => $"{(long)span.TotalMilliseconds}";
}
