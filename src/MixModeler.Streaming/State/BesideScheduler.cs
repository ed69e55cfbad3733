using System.Collections.Concurrent;

namespace MixModeler.Streaming.State;

/// <summary>
/// Runs what goes on beside the stream, such as the replay of a log, on threads of its own, one for every two cores: however many lanes
/// there are, they take turns on those and leave the other cores, and all threads of the pool, to the work.
/// </summary>
/// <remarks>
/// The threads have the usual priority. Of a lower one, lanes on a machine that was busy with something else came forward by some
/// hundred events a second, slower than the work that they have to catch up with, and the change never became ready.
/// </remarks>
internal sealed class BesideScheduler : TaskScheduler
{
    private readonly BlockingCollection<Task> waiting = [];
    private readonly int threads = Math.Max(1, Environment.ProcessorCount / 2);

    private BesideScheduler()
    {
        for (int i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "beside" }.Start();
        }
    }

    /// <summary>Of this process.</summary>
    public static BesideScheduler Instance { get; } = new();

    public override int MaximumConcurrencyLevel => threads;

    /// <summary>Starts the work here; what it awaits comes back here, unless it says otherwise.</summary>
    public Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    protected override void QueueTask(Task task) => waiting.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => waiting;

    private void Work()
    {
        foreach (Task task in waiting.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
