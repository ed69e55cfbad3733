using System.Collections.Immutable;
using Confluent.Kafka;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka.Native;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

// The host's part that talks to the consumer: membership, the runners of the assigned partitions, and what may befall them.
// Every method belongs to the polling thread, the callbacks included: they come from inside Consume and Close.
internal sealed class GroupMember : IDisposable
{
    public const int MessagesMax = RecordBatch.RecordsMax;

    // The group waits for us in a callback. A store that needs longer is waited for outside of it.
    private static readonly TimeSpan AcquireInCallbackMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AbandonWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatermarkWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RejoinPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HousekeepingEvery = TimeSpan.FromSeconds(1);

    private readonly KafkaOptions options;
    private readonly string group;
    private readonly string topic;
    private readonly Func<int, IPartitionTask> create;
    private readonly Report report;
    private readonly TimeProvider clock;
    private readonly WakeUp wake;
    private readonly GroupHealth health;
    private readonly BatchPool pool = new();

    // Replaced as a whole by the polling thread; others read the array they see.
    private ImmutableArray<PartitionRunner> runners = [];
    private IConsumer<byte[], byte[]>? consumer;
    private GroupQueue? queue;
    private Task probe = Task.CompletedTask;
    private bool leaving;
    private long leftAt;
    private long lastTurn;
    private long quietUntil;
    private long lastHousekeeping;

    public GroupMember(
        KafkaOptions options, string group, string topic, Func<int, IPartitionTask> create, Report report, TimeProvider clock, WakeUp wake)
    {
        this.options = options;
        this.group = group;
        this.topic = topic;
        this.create = create;
        this.report = report;
        this.clock = clock;
        this.wake = wake;
        health = new GroupHealth(options.BootstrapServers, topic, report);
    }

    public string? Problem => health.Problem ?? PartitionProblem();

    public ImmutableArray<PartitionStatus> Partitions() =>
    [
        .. runners.OrderBy(runner => runner.Partition).Select(runner => new PartitionStatus(
            runner.Partition, runner.State, runner.CommittedOffset, runner.HighWatermark, runner.LastProblem)),
    ];

    public void Build()
    {
        consumer = new ConsumerBuilder<byte[], byte[]>(options.ForConsumer(group))
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => Revoked(partitions, drain: true))
            .SetPartitionsLostHandler((_, partitions) => Revoked(partitions, drain: false))
            .SetErrorHandler((_, error) => health.Noticed(error))
            // librdkafka's log repeats the errors on standard error, again and again.
            .SetLogHandler((_, _) => { })
            .Build();
        queue = new GroupQueue(consumer.Handle, wake);
    }

    public void Join()
    {
        consumer!.Subscribe(topic);
        lastTurn = clock.GetTimestamp();
    }

    /// <summary>Serves the group and every partition once. False if there was nothing to do.</summary>
    public bool Turn(MessageBuffer buffer)
    {
        NoticeLostTime();
        ServeGroup();
        bool moved = false;
        foreach (PartitionRunner runner in runners)
        {
            moved |= runner.Feed(buffer, out int error);
            if (error != 0)
            {
                Noticed(runner, (ErrorCode)error);
            }

            Tend(runner);
        }

        if (moved)
        {
            health.Brokers.Up();
        }

        if (leaving && runners.IsEmpty && clock.GetElapsedTime(leftAt) >= RejoinPause)
        {
            leaving = false;
            consumer!.Subscribe(topic);
        }

        if (clock.GetElapsedTime(lastHousekeeping) >= HousekeepingEvery)
        {
            lastHousekeeping = clock.GetTimestamp();
            KeepHouse();
        }

        return moved;
    }

    /// <summary>Comes back by the revocation callback, which drains.</summary>
    public void Leave() => consumer!.Close();

    public void Dispose()
    {
        Release(runners, drain: false);
        queue?.Dispose();
        // Without Close, so that who was not asked to leave stays silent.
        consumer?.Dispose();
    }

    private string? PartitionProblem()
    {
        ImmutableArray<PartitionRunner> seen = runners;
        PartitionRunner? ill = seen.FirstOrDefault(runner => runner.State == PartitionState.Stopped)
            ?? seen.FirstOrDefault(runner => runner.State != PartitionState.Running && runner.LastProblem is not null);
        return ill is null ? null : $"Partition {ill.Partition} of {topic} stands still: {ill.LastProblem?.TrimEnd('.')}.";
    }

    // A process that was stopped and wakes up may have lost its partitions without knowing. It must learn that from the group
    // before it takes a new epoch, or it would fence the rightful holder.
    private void NoticeLostTime()
    {
        TimeSpan gone = clock.GetElapsedTime(lastTurn);
        lastTurn = clock.GetTimestamp();
        if (gone > options.SessionTimeout / 2)
        {
            quietUntil = lastTurn + (long)(options.SessionTimeout.TotalSeconds / 2 * clock.TimestampFrequency);
        }
    }

    private void ServeGroup()
    {
        try
        {
            if (consumer!.Consume(TimeSpan.Zero) is { } stray)
            {
                throw new InvalidOperationException($"{stray.TopicPartitionOffset} arrived outside its partition's queue.");
            }
        }
        catch (ConsumeException refused) when (!refused.Error.IsFatal)
        {
            health.Noticed(refused.Error);
        }
    }

    private void Tend(PartitionRunner runner)
    {
        PartitionState before = runner.State;
        runner.Check();
        if (before != runner.State)
        {
            NoticeLoss(runner);
        }

        if (runner.State == PartitionState.Acquiring && runner.Acquisition.IsCompletedSuccessfully)
        {
            ResumeAt(runner);
        }
        else if (runner.MayAcquire && !leaving && clock.GetTimestamp() >= quietUntil)
        {
            runner.BeginAcquire(Watermarks);
        }
    }

    private void NoticeLoss(PartitionRunner runner)
    {
        string where = $"Partition {runner.Partition} of {topic}";
        string why = runner.LastProblem!.TrimEnd('.');
        if (runner.State == PartitionState.Fenced)
        {
            report(Severity.Warning, $"{where} has a later holder: {why}. Leaving the group and joining again.");
            consumer!.Unsubscribe();
            leaving = true;
            leftAt = clock.GetTimestamp();
        }
        else if (runner.State == PartitionState.Stopped)
        {
            report(Severity.Error, $"{where} stands still until an operator decides: {why}.");
        }
        else if (runner.State == PartitionState.BackingOff && runner.IsFirstLoss)
        {
            report(Severity.Warning, $"{where} lost its task: {why}. It will be acquired again and replayed.");
        }
    }

    private void ResumeAt(PartitionRunner runner)
    {
        try
        {
            consumer!.Seek(new TopicPartitionOffset(topic, runner.Partition, runner.Acquisition.Result));
            runner.BeginRun();
        }
        catch (KafkaException early) when (early.Error.Code == ErrorCode.Local_State)
        {
            // The assignment has not quite taken effect in librdkafka; the next turn tries again.
        }
    }

    private List<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        health.Assigned();
        List<PartitionRunner> added = [];
        foreach (TopicPartition partition in partitions)
        {
            PartitionQueue records = new(consumer!.Handle, topic, partition.Partition, wake);
            PartitionRunner runner = new(partition.Partition, create, records, pool, wake, clock);
            runner.BeginAcquire(Watermarks);
            added.Add(runner);
        }

        runners = runners.AddRange(added);
        // The current generation lasts while we are in here, so this is the moment to take the epochs.
        _ = Ended(added.Select(runner => (Task)runner.Acquisition), AcquireInCallbackMax);
        List<TopicPartitionOffset> starts = [];
        foreach (PartitionRunner runner in added)
        {
            bool acquired = runner.Acquisition.IsCompletedSuccessfully;
            starts.Add(new(topic, runner.Partition, acquired ? runner.Acquisition.Result : Offset.Beginning));
            if (acquired)
            {
                runner.BeginRun();
            }
        }

        return starts;
    }

    private void Revoked(List<TopicPartitionOffset> partitions, bool drain)
    {
        HashSet<int> gone = [.. partitions.Select(partition => partition.Partition.Value)];
        Release([.. runners.Where(runner => gone.Contains(runner.Partition))], drain);
    }

    private void Release(ImmutableArray<PartitionRunner> released, bool drain)
    {
        foreach (PartitionRunner runner in released)
        {
            if (drain)
            {
                runner.BeginDrain();
            }
            else
            {
                runner.Abandon();
            }
        }

        IEnumerable<Task> work = released.Select(runner => runner.Work);
        if (drain && !Ended(work, options.DrainWait))
        {
            report(Severity.Warning, $"Some of {topic} was not finished within {options.DrainWait.TotalSeconds} s; the next holder replays it.");
        }

        foreach (PartitionRunner runner in released)
        {
            if (drain)
            {
                StoreHint(runner);
            }

            runner.Abandon();
        }

        _ = Ended(work, AbandonWait);
        runners = runners.RemoveRange(released);
        foreach (PartitionRunner runner in released)
        {
            runner.Dispose();
        }

        if (drain && released.Select(runner => runner.Bug).FirstOrDefault(bug => bug is not null) is { } found)
        {
            throw found;
        }
    }

    private static bool Ended(IEnumerable<Task> tasks, TimeSpan within)
    {
        Task all = Task.WhenAll(tasks);
        // WhenAny, because how they ended is looked at elsewhere.
        return Task.WhenAny(all, Task.Delay(within)).GetAwaiter().GetResult() == all;
    }

    private (long Low, long High) Watermarks(int partition)
    {
        try
        {
            WatermarkOffsets offsets = consumer!.QueryWatermarkOffsets(new TopicPartition(topic, partition), WatermarkWait);
            return (offsets.Low, offsets.High);
        }
        catch (KafkaException away)
        {
            throw new TaskLostException(TaskLoss.OutputAway, $"Kafka does not tell where partition {partition} begins: {away.Error.Reason}.", away);
        }
    }

    private void Noticed(PartitionRunner runner, ErrorCode error)
    {
        if (error is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset)
        {
            runner.Stop($"the log no longer holds offset {runner.NextOffset}");
            NoticeLoss(runner);
        }
        else
        {
            health.Noticed(new Error(error));
        }
    }

    private void KeepHouse()
    {
        foreach (PartitionRunner runner in runners)
        {
            if (runner.State == PartitionState.Running)
            {
                runner.HighWatermark = consumer!.GetWatermarkOffsets(new TopicPartition(topic, runner.Partition)).High.Value;
                StoreHint(runner);
            }
        }

        // While nothing arrives nobody tells that the brokers are back.
        if (health.Brokers.Problem is not null && probe.IsCompleted)
        {
            probe = Task.Run(Probe);
        }
    }

    private void Probe()
    {
        try
        {
            using IAdminClient admin = new DependentAdminClientBuilder(consumer!.Handle).Build();
            _ = admin.GetMetadata(HousekeepingEvery);
            health.Brokers.Up();
        }
        catch (KafkaException)
        {
            // Still away; asked again in a second.
        }
    }

    // librdkafka commits what is stored now and then, and when a partition is given away.
    private void StoreHint(PartitionRunner runner)
    {
        long offset = runner.CommittedOffset;
        if (offset < 0 || offset == runner.StoredOffset)
        {
            return;
        }

        try
        {
            consumer!.StoreOffset(new TopicPartitionOffset(topic, runner.Partition, offset));
            runner.StoredOffset = offset;
        }
        catch (KafkaException)
        {
            // Only a hint: a partition that is being given away at this moment does not take it.
        }
    }
}
