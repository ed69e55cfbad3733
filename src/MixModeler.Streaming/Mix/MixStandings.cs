using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What is told of a model, of what its owner put away.</summary>
public static class MixStandings
{
    /// <param name="plan">As the topology declares it.</param>
    /// <param name="stored">Null where nothing was put away yet.</param>
    public static MixStanding Of(MixPlan plan, StoredMix? stored)
    {
        ArgumentNullException.ThrowIfNull(plan);
        stored ??= new StoredMix();
        MixPlan applied = stored.Orders.Applied(plan);
        IReadOnlyList<DateOnly> dates = stored.Model?.History.Dates ?? [];
        return new MixStanding
        {
            Name = plan.Name,
            Description = plan.Description,
            Identity = plan.Identity,
            Status = StatusOf(stored),
            Target = plan.Spec.Target,
            Grain = plan.Grain == Grain.Weekly ? "weekly" : "daily",
            Channels = [.. plan.Spec.Channels.Select(channel => channel.Name)],
            Periods = dates.Count,
            FirstPeriod = dates.Count > 0 ? dates[0] : null,
            LastPeriod = dates.Count > 0 ? dates[^1] : null,
            ClosedThrough = stored.ClosedThrough,
            TrainFrom = applied.From,
            TrainTo = applied.To,
            Waiting = stored.Waiting,
            LiftTests = [.. stored.Orders.LiftTests.Keys],
            Certificate = stored.Certificate is { } certificate
                ? new MixCertificateStanding(certificate.Holds, Finite(certificate.MaxDistance), Finite(certificate.RHatMax), stored.CertifiedPeriods)
                : null,
        };
    }

    // The original's words. A model that has learned and waits for more is a success that says so.
    private static string StatusOf(StoredMix stored) => stored switch
    {
        { Model: not null } => "Training successful",
        { Waiting: not null, ClosedThrough: not null } => "Training failed",
        _ => "Awaiting training",
    };

    private static double Finite(double value) => double.IsFinite(value) ? value : double.MaxValue;
}
