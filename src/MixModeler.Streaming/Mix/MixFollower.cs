using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// The work of a model's owner: reads the table, takes in what is closed and puts the model away. Nothing is lost by a crash at any moment:
/// the next owner goes on with what was committed, or begins anew, and comes to the same model. Not thread-safe.
/// </summary>
public sealed class MixFollower
{
    private readonly MixFeed feed;
    private readonly MixSpec spec;
    private readonly MixStore store;
    private MixStream stream;
    private MixCertificate? certificate;
    private int certifiedPeriods;

    /// <param name="feed">Where the numbers come from.</param>
    /// <param name="spec">The model's, with its lift tests.</param>
    /// <param name="store">Where it is put away.</param>
    public MixFollower(MixFeed feed, MixSpec spec, MixStore store)
    {
        this.feed = feed;
        this.spec = spec;
        this.store = store;
        stream = new MixStream(spec);
    }

    /// <summary>Why closed periods wait; null where none does.</summary>
    public string? Waiting { get; private set; }

    /// <summary>Null until a period is closed.</summary>
    public MixModel? Model => stream.Model;

    public IReadOnlyList<MixRefresh> Refreshes => stream.Refreshes;

    /// <summary>Becomes the owner.</summary>
    /// <exception cref="TaskLostException">The store is away.</exception>
    public async Task AcquireAsync(CancellationToken stop)
    {
        StoredMix? stored = await store.AcquireAsync(stop).ConfigureAwait(false);
        stream = stored is null ? new MixStream(spec) : new MixStream(stored.Model, spec, stored.Refreshes);
        (certificate, certifiedPeriods) = (stored?.Certificate, stored?.CertifiedPeriods ?? 0);
    }

    /// <summary>Brings the model up to the table.</summary>
    /// <param name="table">As it stands.</param>
    /// <param name="closedThrough">The last day of which all is in.</param>
    /// <param name="stop">Gives up; what was not committed is made again.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="TaskLostException">Somebody else is the owner, or the store is away.</exception>
    public async Task<bool> FollowAsync(HarmonizedTable table, DateOnly closedThrough, CancellationToken stop)
    {
        MixPeriods periods = MixPeriods.Read(table, feed, spec, closedThrough);
        Waiting = periods.Waiting;
        // A table that is being read again has nothing for a while; what was learned stays in force until it has.
        if (periods.Observations.Count == 0 || !stream.Take(periods.Observations))
        {
            return false;
        }

        await CommitAsync(stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>Puts a certificate beside the model; it may be one of fewer periods than the model has by now.</summary>
    /// <exception cref="TaskLostException">Somebody else is the owner, or the store is away.</exception>
    public async Task CertifyAsync(MixCertificate made, int periods, CancellationToken stop)
    {
        (certificate, certifiedPeriods) = (made, periods);
        await CommitAsync(stop).ConfigureAwait(false);
    }

    private Task CommitAsync(CancellationToken stop) =>
        store.CommitAsync(new StoredMix(stream.Model!, [.. stream.Refreshes], certificate, certifiedPeriods), stop);
}
