using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Rehearse;

/// <summary>The models of a rehearsed topology as they stand at its end: attributions as their tasks have committed, mixes of the final table.</summary>
internal sealed class RehearsedMeasurements(TopologyPlan plan, RehearsalRun run) : IMeasurements
{
    private readonly Dictionary<string, (MeasuredMix? Mix, string? Waiting)> fitted = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Mixes => [.. plan.Mixes.Select(mix => mix.Name)];

    public IReadOnlyList<string> Attributions => [.. plan.Attributions.Select(model => model.Name)];

    public async Task<MeasuredMix?> MixAsync(string name, CancellationToken stop) => (await FitAsync(name, stop)).Mix;

    public Task<MeasuredAttribution?> AttributionAsync(string name, CancellationToken stop)
    {
        AttributionPlan? model = plan.Attributions.FirstOrDefault(each => each.Name == name);
        IStateStore[] stores = [.. run.Seats.Where(seat => seat.Name == $"attribution {name}").Select(seat => seat.Store)];
        return model is null ? Task.FromResult<MeasuredAttribution?>(null) : StoredAttribution.ReadAsync(model, plan.Source.Lateness, stores, stop);
    }

    /// <summary>Why a mix has not taken in more; null where nothing waits, or there is no such mix.</summary>
    public async Task<string?> WaitingAsync(string name, CancellationToken stop) => (await FitAsync(name, stop)).Waiting;

    private async Task<(MeasuredMix? Mix, string? Waiting)> FitAsync(string name, CancellationToken stop)
    {
        if (plan.Mixes.FirstOrDefault(each => each.Name == name) is not { } mix)
        {
            return (null, null);
        }

        if (!fitted.TryGetValue(name, out (MeasuredMix? Mix, string? Waiting) known))
        {
            fitted[name] = known = await FitAsync(mix, stop);
        }

        return known;
    }

    private async Task<(MeasuredMix? Mix, string? Waiting)> FitAsync(MixPlan mix, CancellationToken stop)
    {
        Dictionary<string, MixCredits> credits = new(StringComparer.Ordinal);
        foreach (string name in mix.Columns.Where(column => column.IsCredit).Select(column => column.Of).Distinct())
        {
            if (await AttributionAsync(name, stop) is { SettledThrough: { } settled } attribution)
            {
                credits[name] = new MixCredits(attribution.Days, settled);
            }
        }

        (Harmonize.Table.HarmonizedTable table, IReadOnlyDictionary<string, DateOnly> told) = await run.TableAsync(stop);
        MixLook look = new(table, plan.Harmonized, told, credits);
        if (look.ClosedThrough(mix, out string? missing) is not { } closed)
        {
            return (null, missing);
        }

        MixPeriods periods = MixPeriods.Read(look, mix, closed);
        MixStream stream = new(mix.Spec);
        stream.Take(periods.Observations);
        return (stream.Model is { } model ? new MeasuredMix(mix.Name, mix.Identity, model, null, stream.Refreshes) : null, periods.Waiting);
    }
}
