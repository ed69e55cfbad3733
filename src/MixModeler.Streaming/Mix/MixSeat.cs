using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>One model of an owner: its follower, what of it was told already, and the batch run that certifies it beside.</summary>
internal sealed class MixSeat(MixFollower follower) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private long certified = -1;
    private long certifying;
    private long quietSince;

    public MixFollower Follower => follower;

    public MixPlan Plan => follower.Plan;

    /// <summary>The count of changes that was published last; -1 before, so that a new owner tells once more where a model stands.</summary>
    public long Published { get; set; } = -1;

    /// <summary>A batch run that is under way, or null.</summary>
    public Task<MixCertificate>? Certifying { get; private set; }

    /// <summary>The model changed just now.</summary>
    public void Moved(long now) => quietSince = now;

    /// <summary>Begins a batch run where the model has rested long enough and none was made of it.</summary>
    public void Certify(TimeProvider clock, TimeSpan after)
    {
        StoredMix stored = follower.Stored;
        if (certified < 0 && stored.Certificate is not null && stored.CertifiedPeriods == follower.Model?.Periods && follower.Changes == 0)
        {
            certified = 0;
        }

        if (!Plan.IsCertified || Certifying is not null || follower.Model is not { } model || certified == follower.Changes
            || clock.GetElapsedTime(quietSince) < after)
        {
            return;
        }

        certifying = follower.Changes;
        // Of a copy: the owner goes on. One processor is enough for it, the others are for events.
        byte[] bytes = MixSnapshot.Write(model);
        MixBatchOptions options = MixBatchOptions.For(model) with { IsSequential = true, Stop = stopping.Token };
        Certifying = Task.Run(() => MixCertificate.Make(MixSnapshot.Read(bytes, Plan.Spec), options, clock), options.Stop);
    }

    /// <summary>Takes the result of a batch run that has ended; null where the model has changed since.</summary>
    public async Task<MixCertificate?> TakeCertificateAsync()
    {
        MixCertificate made = await Certifying!.ConfigureAwait(false);
        Certifying = null;
        if (certifying != follower.Changes || follower.Model is null)
        {
            return null;
        }

        certified = certifying;
        return made;
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }
}
