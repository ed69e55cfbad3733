using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// The work of a model's owner: reads the table, takes in what is closed and puts the model away. Nothing is lost by a crash at any moment:
/// the next owner goes on with what was committed, or begins anew, and comes to the same model. Not thread-safe.
/// </summary>
public sealed class MixFollower
{
    private readonly MixStore store;
    private MixStream stream;
    private StoredMix stored = new();
    private bool isDirty;
    private long certifiedRewinds;

    /// <param name="plan">The model's, and where its numbers come from.</param>
    /// <param name="store">Where it is put away.</param>
    public MixFollower(MixPlan plan, MixStore store)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Plan = plan;
        this.store = store;
        stream = new MixStream(plan.Spec);
    }

    public MixPlan Plan { get; }

    /// <summary>As of the last commit, but for orders that were taken since.</summary>
    public StoredMix Stored => stored;

    /// <summary>Why closed periods wait; null where none does.</summary>
    public string? Waiting => stored.Waiting;

    /// <summary>Null until a period is closed.</summary>
    public MixModel? Model => stream.Model;

    public IReadOnlyList<MixRefresh> Refreshes => stream.Refreshes;

    /// <summary>Counts what changed the model since it is owned: a certificate of an earlier count is of another model.</summary>
    public long Changes { get; private set; }

    /// <summary>Becomes the owner.</summary>
    /// <param name="ordersFrom">Of a model that was never stored: the first order that can be meant for it.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="TaskLostException">The store is away.</exception>
    public async Task AcquireAsync(long ordersFrom, CancellationToken stop)
    {
        StoredMix? found = await store.AcquireAsync(stop).ConfigureAwait(false);
        stored = found ?? new StoredMix { Orders = new MixOrders { NextOffset = ordersFrom } };
        stream = stored.Model is { } model
            ? new MixStream(model, Plan.Spec, stored.Refreshes, stored.Orders.Applied(Plan.Spec))
            : new MixStream(Plan.Spec);
    }

    /// <summary>Takes an order, once: it is in force with the next commit.</summary>
    /// <param name="order">What is asked.</param>
    /// <param name="offset">Where it stands in the log.</param>
    /// <returns>Why it cannot be done, or null.</returns>
    public string? Take(MixOrder order, long offset)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (offset < stored.Orders.NextOffset)
        {
            return null;
        }

        if (order.Lift is { } lift && MixOrders.ProblemOf(lift, Plan.Spec) is { } problem)
        {
            return problem;
        }

        if (order is { LiftId: { } id, Lift: null } && !stored.Orders.LiftTests.ContainsKey(id))
        {
            return $"it was told of no lift test '{id}'";
        }

        stored = stored with { Orders = stored.Orders.With(order, offset) };
        isDirty = true;
        if (order.IsRescore)
        {
            stream.Restart();
        }

        return null;
    }

    /// <summary>Brings the model up to the table, and puts away what changed.</summary>
    /// <param name="look">As it stands.</param>
    /// <param name="stop">Gives up; what was not committed is made again.</param>
    /// <returns>Whether the model changed.</returns>
    /// <exception cref="TaskLostException">Somebody else is the owner, or the store is away.</exception>
    public Task<bool> FollowAsync(MixLook look, CancellationToken stop) => FollowAsync(look, null, stop);

    /// <summary>The same up to a day that the caller knows to be closed.</summary>
    internal async Task<bool> FollowAsync(MixLook look, DateOnly? closed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(look);
        MixPlan plan = stored.Orders.Applied(Plan);
        string? missing = null;
        DateOnly? through = closed ?? look.ClosedThrough(plan, out missing);
        MixPeriods periods = through is { } day ? Read(look, plan, day) : new MixPeriods([], missing);
        (bool isChanged, string? problem) = (false, periods.Waiting ?? missing);
        // A table that is being read again has nothing for a while; what was learned stays in force until it has.
        if (periods.Observations.Count > 0)
        {
            try
            {
                isChanged = stream.Take(periods.Observations, stored.Orders.Applied(Plan.Spec));
            }
            catch (ArgumentException refused)
            {
                // Numbers that the table should not have let pass. The stream stands at the period before.
                problem = refused.Message;
            }
        }

        if (!isChanged && !isDirty && problem == stored.Waiting && through == stored.ClosedThrough)
        {
            return false;
        }

        Changes += isChanged ? 1 : 0;
        stored = stored with { Waiting = problem, ClosedThrough = through };
        if (stream.Rewinds != certifiedRewinds)
        {
            // Numbers that the certificate is of have changed, however many periods there are.
            (stored, certifiedRewinds) = (stored with { Certificate = null, CertifiedPeriods = 0 }, stream.Rewinds);
        }

        await CommitAsync(stop).ConfigureAwait(false);
        return isChanged;
    }

    /// <summary>Puts orders away that were taken.</summary>
    /// <exception cref="TaskLostException">Somebody else is the owner, or the store is away.</exception>
    public Task KeepOrdersAsync(CancellationToken stop) => isDirty ? CommitAsync(stop) : Task.CompletedTask;

    /// <summary>Puts a certificate beside the model; it may be one of fewer periods than the model has by now.</summary>
    /// <exception cref="TaskLostException">Somebody else is the owner, or the store is away.</exception>
    public Task CertifyAsync(MixCertificate made, int periods, CancellationToken stop)
    {
        stored = stored with { Certificate = made, CertifiedPeriods = periods };
        return CommitAsync(stop);
    }

    // Each column is a query of its own, and the table may move between two of them.
    private static MixPeriods Read(MixLook look, MixPlan plan, DateOnly through)
    {
        const int Tries = 5;
        MixPeriods periods = new([], null);
        for (int i = 0; i < Tries; i++)
        {
            long before = look.Table.Changes;
            periods = MixPeriods.Read(look, plan, through);
            if (look.Table.Changes == before)
            {
                break;
            }
        }

        return periods;
    }

    private async Task CommitAsync(CancellationToken stop)
    {
        stored = stored with { Model = stream.Model, Refreshes = [.. stream.Refreshes] };
        await store.CommitAsync(stored, stop).ConfigureAwait(false);
        isDirty = false;
    }
}
