using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// Tells, whenever a mix has changed that takes credits of an attribution, how the two compare and by which factor event scores of each channel add
/// up to the mix. Keeps nothing.
/// </summary>
/// <param name="measurements">Where the attributions stand.</param>
public sealed class CreditKeeper(IMeasurements measurements) : IMixWitness
{
    public Task SeatAsync(TopologyPlan topology, CancellationToken stop) => Task.CompletedTask;

    public async Task RefreshedAsync(TopologyPlan topology, MixPlan plan, StoredMix stored, IRecordSink sink, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(sink);
        foreach (IGrouping<string, MixColumnPlan> columns in plan.Columns.Where(column => column.IsCredit).GroupBy(column => column.Of))
        {
            if (stored.Model is { } model && await measurements.AttributionAsync(columns.Key, stop).ConfigureAwait(false) is { } attribution)
            {
                MeasuredMix mix = new(plan.Name, plan.Identity, model, stored.Certificate, stored.Refreshes);
                InsightQuery query = new() { InValue = columns.Any(column => column.Kind == MixColumnKind.CreditedValue) };
                byte[] key = Encoding.UTF8.GetBytes($"{topology.Name}/consistency/{plan.Name}/{columns.Key}");
                sink.Send(topology.Topics.Measurements, IRecordSink.ByKey, key, InsightText.ToJson(Consistency.Of(mix, attribution, query)));
            }
        }
    }

    public void Forget()
    {
    }
}
