using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>What mixes are learned from, as all engines keep it in Redis.</summary>
internal sealed class MixSource(HarmonizedView harmonized, RedisMeasurements measurements) : IMixSource
{
    /// <summary>Where the attributions stand.</summary>
    public RedisMeasurements Measurements => measurements;

    public async Task<MixLook> LookAsync(IReadOnlyCollection<string> attributions, CancellationToken stop)
    {
        Dictionary<string, MixCredits> credits = new(StringComparer.Ordinal);
        foreach (string name in attributions)
        {
            if (await measurements.AttributionAsync(name, stop) is { SettledThrough: { } settled } attribution)
            {
                credits[name] = new MixCredits(attribution.Days, settled);
            }
        }

        (HarmonizedTable table, HarmonizePlan plan, IReadOnlyDictionary<string, DateOnly> told) = await harmonized.LookWithDaysAsync(stop);
        return new MixLook(table, plan, told, credits);
    }
}
