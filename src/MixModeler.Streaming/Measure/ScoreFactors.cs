namespace MixModeler.Streaming.Measure;

/// <summary>
/// By which factor event scores of a channel add up to the mix, for each period. After the last period its factor holds on; before the first, and for
/// channels that are not compared, it is 1.
/// </summary>
/// <param name="factors">Channel, first day of the period, factor.</param>
public sealed class ScoreFactors(IEnumerable<(string Channel, DateOnly From, double Factor)> factors)
{
    private readonly Dictionary<string, SortedList<DateOnly, double>> byChannel = factors.GroupBy(each => each.Channel)
        .ToDictionary(each => each.Key, each => new SortedList<DateOnly, double>(each.ToDictionary(one => one.From, one => one.Factor)));

    /// <param name="channel">Its name.</param>
    /// <param name="conversionMs">When the conversion was.</param>
    public double Of(string channel, long conversionMs)
    {
        if (!byChannel.TryGetValue(channel, out SortedList<DateOnly, double>? own))
        {
            return 1;
        }

        DateOnly day = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(conversionMs).UtcDateTime);
        int at = own.Count - 1;
        while (at >= 0 && own.Keys[at] > day)
        {
            at--;
        }

        return at < 0 ? 1 : own.Values[at];
    }
}
