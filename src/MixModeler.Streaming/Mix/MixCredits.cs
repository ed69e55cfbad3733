using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What an attribution credits its channels with, day by day.</summary>
/// <param name="Days">Of conversions, oldest first; a day without any is not among them.</param>
/// <param name="SettledThrough">The last day whose conversions cannot change any more.</param>
public sealed record MixCredits(IReadOnlyList<AttributionDay> Days, DateOnly SettledThrough)
{
    /// <summary>
    /// Incremental credit of a channel in each period that lies between the first conversion and the last settled day. Of others nothing is
    /// said: an attribution that had not begun yet is no evidence of 0.
    /// </summary>
    /// <param name="column">Says which channel and in what.</param>
    /// <param name="periods">First days.</param>
    /// <param name="days">Of a period.</param>
    public SortedDictionary<DateOnly, double> Of(MixColumnPlan column, IEnumerable<DateOnly> periods, int days)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(periods);
        SortedDictionary<DateOnly, double> sums = [];
        foreach (DateOnly first in periods.Where(first => Days.Count > 0 && first >= Days[0].Day && first.AddDays(days - 1) <= SettledThrough))
        {
            sums[first] = 0;
        }

        DateOnly[] starts = [.. sums.Keys];
        foreach (AttributionDay day in Days)
        {
            int at = Array.BinarySearch(starts, day.Day);
            at = at < 0 ? ~at - 1 : at;
            if (at >= 0 && day.Day < starts[at].AddDays(days) && day.Channels.TryGetValue(column.Channel!, out ChannelTotals totals))
            {
                sums[starts[at]] += column.Kind == MixColumnKind.CreditedValue ? totals.IncrementalValue : totals.Incremental;
            }
        }

        return sums;
    }
}
