using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// Carries what tasks report into the control log without making them wait: of every partition and kind of report the newest is
/// kept and written by a loop of its own. Progress of a rebuild is written at most twice a second, everything else at once.
/// </summary>
public sealed class TaskReportLog : IAsyncDisposable
{
    private static readonly TimeSpan RebuildingEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string topology;
    private readonly string engine;
    private readonly LiveTopology live;
    private readonly ControlLogWriter writer;
    private readonly TimeProvider clock;
    private readonly Report report;
    private readonly Lock gate = new();
    // By key of the record, so bounded by partitions times three for each change that is under way.
    private readonly Dictionary<ControlKey, TaskReport> waiting = [];
    private readonly SemaphoreSlim urgent = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;

    /// <param name="engine">Names the engine in the log.</param>
    /// <param name="live">Whose tasks report.</param>
    /// <param name="writer">Appends to the control log.</param>
    /// <param name="clock">Time of the records.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    public TaskReportLog(string engine, LiveTopology live, ControlLogWriter writer, TimeProvider clock, Report report)
    {
        ArgumentNullException.ThrowIfNull(live);
        this.engine = engine;
        this.live = live;
        this.writer = writer;
        this.clock = clock;
        this.report = report;
        topology = live.Order.Active.Name;
        live.Reported += Take;
        loop = Task.Run(() => RunAsync(stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        live.Reported -= Take;
        await stopping.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
        urgent.Dispose();
    }

    private void Take(TaskReport told)
    {
        lock (gate)
        {
            waiting[ControlKey.OfTask(topology, told.ChangeId, told.Stage, told.Partition)] = told;
        }

        if (told.Stage != TaskStage.Rebuilding)
        {
            urgent.Release();
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await urgent.WaitAsync(RebuildingEvery, stop);
            KeyValuePair<ControlKey, TaskReport>[] taken;
            lock (gate)
            {
                taken = [.. waiting];
                waiting.Clear();
            }

            if (taken.Length > 0)
            {
                await WriteAsync(taken, stop);
            }
        }
    }

    private async Task WriteAsync(KeyValuePair<ControlKey, TaskReport>[] taken, CancellationToken stop)
    {
        try
        {
            await writer.AppendAsync([.. taken.Select(each => ControlEntry.Of(topology, each.Value, engine, clock.GetUtcNow()))], stop);
        }
        catch (TaskLostException away)
        {
            report(Severity.Warning, $"Reports on a change did not reach the control log and are sent again: {away.Message}");
            lock (gate)
            {
                foreach ((ControlKey key, TaskReport told) in taken)
                {
                    // Newer ones have been given meanwhile: those count.
                    waiting.TryAdd(key, told);
                }
            }

            await Task.Delay(RetryAfter, clock, stop);
        }
    }
}
