using System.Collections.Concurrent;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.Operate;

/// <summary>Tasks that work on nothing but obey: they get ready, switch and drain as real ones do, and say so.</summary>
internal sealed class SimulatedTasks : IAsyncDisposable
{
    public const long PauseMicros = 1_500;

    private readonly LiveTopology live;
    private readonly int[] partitions;
    private readonly ConcurrentDictionary<int, long> committed = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<(string, int, TaskStage)> told = [];
    private readonly Task loop;

    /// <param name="live">Whose orders.</param>
    /// <param name="partitions">Of the events topic; the learner is -1.</param>
    public SimulatedTasks(LiveTopology live, params int[] partitions)
    {
        this.live = live;
        this.partitions = partitions;
        loop = Task.Run(RunAsync);
    }

    /// <summary>A text that says this fails at every task.</summary>
    public const string Poison = "baseRate: 0.666";

    public IEnumerable<(int Partition, long Offset)> Committed => committed.Select(each => (each.Key, each.Value));

    /// <summary>Set: they are ready for nothing.</summary>
    public volatile bool Sleeps;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Task changed = live.Changed;
            LiveOrder order = live.Order;
            foreach (int partition in partitions)
            {
                Obey(order, partition);
            }

            await changed.WaitAsync(stopping.Token);
        }
    }

    private void Obey(LiveOrder order, int partition)
    {
        if (order.DrainTo?.TryGetValue(partition, out long end) == true)
        {
            committed[partition] = end;
        }

        if (order.Change is not { } change || Sleeps)
        {
            return;
        }

        if (change.Phase == ChangePhase.Switch)
        {
            Tell(new TaskReport(change.Id, partition, TaskStage.Switched, 42, 42, PauseMicros));
            Tell(new TaskReport(change.Id, partition, TaskStage.Migrated, 42, 42));
        }
        else if (change.Target.Model is { BaseRate: 0.666 })
        {
            Tell(new TaskReport(change.Id, partition, TaskStage.Failed, Problem: "it does not compile here"));
        }
        else
        {
            Tell(new TaskReport(change.Id, partition, TaskStage.Rebuilding, 1, 2));
            Tell(new TaskReport(change.Id, partition, TaskStage.Ready));
        }
    }

    private void Tell(TaskReport report)
    {
        if (told.Add((report.ChangeId, report.Partition, report.Stage)))
        {
            live.Report(report);
        }
    }
}
