using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Measure;

/// <summary>Reads what the tasks of an attribution model have committed, of all partitions, beside them and without disturbing them.</summary>
public static class StoredAttribution
{
    /// <param name="model">Of which model.</param>
    /// <param name="lateness">Of the events: what is later by more cannot change a score.</param>
    /// <param name="stores">Of each partition.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Null where no conversion was attributed yet.</returns>
    /// <exception cref="TaskLostException">A store is away.</exception>
    public static async Task<MeasuredAttribution?> ReadAsync(
        AttributionPlan model, TimeSpan lateness, IEnumerable<IStateStore> stores, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stores);
        AttributionTotals totals = new(model.Order);
        SortedDictionary<int, DaySums> days = [];
        long settledMs = long.MaxValue;
        foreach (IStateStore store in stores)
        {
            StateGlance? glance = await store.PeekAsync(stop).ConfigureAwait(false);
            if (glance?.TaskRecord is not { Length: > 0 } record)
            {
                continue;
            }

            AttributionProgress progress = AttributionProgress.Unpack(record, new Observe.OffsetLedger());
            settledMs = progress.NewestMs > 0 ? Math.Min(settledMs, progress.NewestMs - (long)lateness.TotalMilliseconds) : settledMs;
            if (progress.LastDay >= progress.FirstDay)
            {
                await AddAsync(store, progress, totals, days, stop).ConfigureAwait(false);
            }
        }

        string[] names = [.. model.Touchpoints.Select(touchpoint => touchpoint.Name)];
        return days.Count == 0
            ? null
            : new MeasuredAttribution(model.Name, model.Identity, names, totals, [.. days.Select(day => day.Value.ToDay(day.Key, names))])
            {
                SettledThrough = DateOnly.FromDateTime(DateTime.UnixEpoch.AddMilliseconds(settledMs)).AddDays(-1),
            };
    }

    private static async Task AddAsync(
        IStateStore store, AttributionProgress progress, AttributionTotals totals, SortedDictionary<int, DaySums> days, CancellationToken stop)
    {
        int[] range = [.. Enumerable.Range(progress.FirstDay, progress.LastDay - progress.FirstDay + 1)];
        byte[]?[] records = await store.LoadAsync([AttributionKey.Totals, .. range.Select(AttributionKey.Day)], stop).ConfigureAwait(false);
        if (records[0] is { Length: > 0 } sums)
        {
            PackedReader from = new(sums);
            totals.Absorb(AttributionTotals.Load(ref from));
        }

        for (int i = 0; i < range.Length; i++)
        {
            if (records[i + 1] is { Length: > 0 } record)
            {
                DaySums day = DaySums.Load(record);
                if (days.TryGetValue(range[i], out DaySums? known))
                {
                    known.Add(day);
                }
                else
                {
                    days[range[i]] = day;
                }
            }
        }
    }
}
