using MixModeler.Streaming.Kafka.Native;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

/// <summary>
/// A member of a consumer group that runs one <see cref="IPartitionTask"/> for every partition it is assigned. Where to begin comes
/// from the tasks' own state; the offsets committed to Kafka are only a hint for lag tools.
/// </summary>
/// <remarks>
/// One thread polls: it serves the group, moves records from librdkafka's partition queues into pooled batches and the tasks'
/// bounded channels, and looks after tasks that were lost. Memory is bounded by the read-ahead and a handful of batches a partition.
/// </remarks>
public sealed class KafkaTaskHost : IAsyncDisposable
{
    // Everything that happens rings; this only bounds how late a pause is noticed to be over.
    private const int SleepMs = 100;

    private readonly WakeUp wake = new();
    private readonly GroupMember member;
    private readonly string topic;
    private readonly Report report;
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? thread;
    private volatile bool stopping;
    private volatile bool silent;

    /// <param name="options">How to reach Kafka.</param>
    /// <param name="group">Name of the consumer group.</param>
    /// <param name="topic">The topic whose partitions are worked on.</param>
    /// <param name="create">Makes the task of a partition, anew for every acquisition; disposed of afterwards if it is disposable.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    /// <param name="clock">Time for pauses.</param>
    public KafkaTaskHost(
        KafkaOptions options, string group, string topic, Func<int, IPartitionTask> create, Report report, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.topic = topic;
        this.report = report;
        member = new GroupMember(options, group, topic, create, report, clock ?? TimeProvider.System, wake);
    }

    /// <summary>Ends when the host has stopped; faulted if a task failed for a reason that is not the world's.</summary>
    public Task Completion => completion.Task;

    public bool Healthy => Problem is null;

    /// <summary>The most urgent problem as a sentence, or null.</summary>
    public string? Problem => completion.Task.Exception?.InnerException?.Message ?? member.Problem;

    public HostStatus Status => new(member.Partitions(), Problem);

    /// <summary>Joins the group. Brokers that are away are waited for, not an error.</summary>
    /// <exception cref="ArgumentException">A property is unknown or its value is refused.</exception>
    public void Start()
    {
        NativeLibrdkafka.Load();
        member.Build();
        thread = new Thread(Run) { IsBackground = true, Name = $"kafka-{topic}" };
        thread.Start();
    }

    /// <summary>Finishes and commits what was read, then leaves the group.</summary>
    public Task StopAsync()
    {
        if (thread is null)
        {
            completion.TrySetResult();
        }
        else if (!completion.Task.IsCompleted)
        {
            stopping = true;
        }

        return completion.Task;
    }

    public async ValueTask DisposeAsync()
    {
        // What ended it is told by Completion.
        await StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Goes silent as a killed process does: finishes nothing, does not leave the group.</summary>
    internal Task AbandonAsync()
    {
        silent = true;
        return StopAsync();
    }

    private void Run()
    {
        Exception? bug = null;
        try
        {
            using MessageBuffer buffer = new(GroupMember.MessagesMax);
            member.Join();
            while (!stopping)
            {
                if (!member.Turn(buffer))
                {
                    wake.Sleep(SleepMs);
                }
            }

            if (!silent)
            {
                member.Leave();
            }
        }
        catch (Exception failure)
        {
            bug = failure;
            report(Severity.Error, $"The work on {topic} ends: {failure.Message}");
        }

        member.Dispose();
        wake.Dispose();
        if (bug is null)
        {
            completion.TrySetResult();
        }
        else
        {
            completion.TrySetException(bug);
        }
    }
}
