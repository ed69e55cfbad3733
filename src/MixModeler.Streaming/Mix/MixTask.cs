using System.Threading.Channels;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// The owner of a topology's marketing-mix models: follows the harmonized table, takes orders from the one partition of their log, and tells
/// what each model has come to. What a model holds depends on the table and the orders alone, so a crash at any moment changes nothing.
/// </summary>
/// <remarks>Orders are put away with the models before the log is read further, and each model takes an order once.</remarks>
public sealed class MixTask : IPartitionTask, IDisposable
{
    private readonly MixParts parts;
    private readonly MixOutputs outputs;
    private readonly StateCommit commit = new();
    private MixSeat[] seats = [];
    private TopologyPlan? seated;
    private StateLease lease = new(0, 0, null);
    private long nextOffset = -1;
    private long committedOffset = -1;
    private MixStanding[] standings = [];

    public MixTask(MixParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        this.parts = parts;
        outputs = new MixOutputs(parts.Sink);
    }

    public long CommittedOffset => Volatile.Read(ref committedOffset);

    /// <summary>How the models stand that are owned here; any thread.</summary>
    public IReadOnlyList<MixStanding> Standings => Volatile.Read(ref standings);

    public async Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
    {
        lease = await parts.Store.AcquireAsync(earliestOffset, stop);
        if (lease.NextOffset < earliestOffset)
        {
            parts.Report(
                Severity.Warning,
                $"{parts.Live.Order.Active.Topics.Mix} begins at offset {earliestOffset} and was read up to {lease.NextOffset}: orders in between are lost");
        }

        nextOffset = Math.Max(lease.NextOffset, earliestOffset);
        Volatile.Write(ref committedOffset, lease.NextOffset);
        seated = null;
        await SeatAsync(parts.Live.Order.Active, stop);
        return nextOffset;
    }

    public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(recycle);
        Task<bool>? arriving = null;
        while (true)
        {
            // Taken before the order is looked at: a change in between ends the wait below.
            Task changed = parts.Live.Changed;
            LiveOrder order = parts.Live.Order;
            await SeatAsync(order.Active, stop);
            while (batches.TryRead(out RecordBatch? batch))
            {
                Apply(batch);
                recycle(batch);
            }

            await CommitAsync(stop);
            if (!order.Paused)
            {
                await FollowAsync(stop);
            }

            arriving ??= batches.WaitToReadAsync(stop).AsTask();
            using CancellationTokenSource waking = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task looking = Task.Delay(parts.LookEvery, parts.Clock, waking.Token);
            await Task.WhenAny([arriving, changed, parts.Store.Moved, looking, .. seats.Select(seat => seat.Certifying).OfType<Task>()]);
            await waking.CancelAsync();
            stop.ThrowIfCancellationRequested();
            parts.Store.ThrowIfMoved(arriving, "the owner of the mixes");
            if (arriving.IsCompleted)
            {
                if (!await arriving)
                {
                    return;
                }

                arriving = null;
            }
        }
    }

    public void Dispose()
    {
        foreach (MixSeat seat in seats)
        {
            seat.Dispose();
        }

        parts.Witness?.Forget();
        outputs.Dispose();
    }

    /// <summary>One batch of orders: in force with the next commit.</summary>
    internal void Apply(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Offset(i) < nextOffset)
            {
                continue;
            }

            nextOffset = batch.Offset(i) + 1;
            (MixOrder? order, string problem) = MixOrder.Parse(batch.Value(i));
            if (order is not null)
            {
                MixSeat? seat = Array.Find(seats, seat => seat.Plan.Name == order.Mix);
                problem = seat is null
                    ? $"there is no mix '{order.Mix}', there is {string.Join(", ", seats.Select(each => each.Plan.Name))}"
                    : seat.Follower.Take(order, batch.Offset(i)) ?? "";
            }

            if (problem.Length > 0)
            {
                outputs.DeadLetter(seated!, problem, batch, i);
            }
        }
    }

    /// <summary>Orders with the models first, then how far they were read.</summary>
    internal async Task CommitAsync(CancellationToken stop)
    {
        if (nextOffset == lease.NextOffset)
        {
            return;
        }

        foreach (MixSeat seat in seats)
        {
            await seat.Follower.KeepOrdersAsync(stop);
        }

        await outputs.FlushAsync(stop);
        commit.Clear();
        (commit.FirstOffset, commit.NextOffset) = (lease.NextOffset, nextOffset);
        CommitOutcome outcome = await parts.Store.CommitAsync(lease, commit, stop);
        if (outcome != CommitOutcome.Applied)
        {
            throw new TaskLostException(
                outcome == CommitOutcome.Fenced ? TaskLoss.Fenced : TaskLoss.StateMoved, $"the mixes of '{seated!.Name}' have another owner by now: {outcome}");
        }

        lease = lease with { NextOffset = nextOffset };
        Volatile.Write(ref committedOffset, nextOffset);
    }

    /// <summary>One look at the table: every model is brought up to it, put away and told of.</summary>
    internal async Task FollowAsync(CancellationToken stop)
    {
        if (seats.Length == 0)
        {
            return;
        }

        HashSet<string> attributions = [.. seats.SelectMany(seat => seat.Plan.Columns).Where(column => column.IsCredit).Select(column => column.Of)];
        MixLook look = await parts.Source.LookAsync(attributions, stop);
        foreach (MixSeat seat in seats)
        {
            if (await seat.Follower.FollowAsync(look, stop))
            {
                seat.Moved(parts.Clock.GetTimestamp());
            }

            if (seat.Certifying is { IsCompleted: true } && await seat.TakeCertificateAsync() is { } certificate)
            {
                await seat.Follower.CertifyAsync(certificate, seat.Follower.Model!.Periods, stop);
                seat.Published = -1;
            }

            await TellAsync(seat, stop);
            seat.Certify(parts.Clock, parts.CertifyAfter);
        }

        Volatile.Write(ref standings, [.. seats.Select(seat => MixStandings.Of(seat.Plan, seat.Follower.Stored))]);
    }

    private async Task TellAsync(MixSeat seat, CancellationToken stop)
    {
        if (seat.Published == seat.Follower.Changes || seat.Follower.Model is null)
        {
            return;
        }

        outputs.Tell(seated!, seat.Plan, seat.Follower.Stored);
        if (parts.Witness is { } witness)
        {
            await witness.RefreshedAsync(seated!, seat.Plan, seat.Follower.Stored, parts.Sink, stop);
        }

        await outputs.FlushAsync(stop);
        seat.Published = seat.Follower.Changes;
    }

    /// <summary>Owns the models of a version, and removes what those keep that are no more.</summary>
    private async Task SeatAsync(TopologyPlan plan, CancellationToken stop)
    {
        if (seated == plan)
        {
            return;
        }

        MixSeat[] before = seats;
        seats = [];
        foreach (MixSeat seat in before)
        {
            seat.Dispose();
            if (plan.Mixes.All(mix => mix.Name != seat.Plan.Name))
            {
                await parts.Open(MixStore.ScopeOf(plan.Name, seat.Plan.Name)).RemoveAsync(stop);
                parts.Report(Severity.Information, $"the mix '{seat.Plan.Name}' is gone");
            }
        }

        foreach (MixPlan mix in plan.Mixes)
        {
            MixFollower follower = new(mix, new MixStore(parts.Open(MixStore.ScopeOf(plan.Name, mix.Name)), mix.Identity, mix.Spec));
            await follower.AcquireAsync(nextOffset, stop);
            seats = [.. seats, new MixSeat(follower)];
        }

        if (parts.Witness is { } witness)
        {
            await witness.SeatAsync(plan, stop);
        }

        seated = plan;
    }
}
