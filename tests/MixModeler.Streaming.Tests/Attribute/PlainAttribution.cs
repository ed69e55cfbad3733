using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>A converting path as the definition has it.</summary>
internal sealed record PlainPath(string Visitor, WorldOrder Conversion, List<WorldOrder> Touches);

/// <summary>
/// Attribution of a set of events in one go and by the definitions alone: who is who, which version counts, which touches lie in which
/// path. Shares no code with what it checks.
/// </summary>
internal sealed class PlainAttribution
{
    public List<PlainPath> Paths { get; } = [];

    public List<List<WorldOrder>> Ended { get; } = [];

    public static PlainAttribution Of(List<WorldOrder> orders, AttributorOptions options)
    {
        PlainAttribution plain = new();
        Dictionary<string, string> who = Components(orders);
        foreach (IGrouping<string, WorldOrder> visitor in orders.Where(order => order.Step != WorldStep.Merge).GroupBy(order => who[order.Visitor]))
        {
            List<WorldOrder> touches = Newest(visitor.Where(order => order.IsTouch));
            List<WorldOrder> conversions = Newest(visitor.Where(order => !order.IsTouch));
            plain.Walk(visitor.Key, touches, conversions, options);
        }

        return plain;
    }

    private static Dictionary<string, string> Components(List<WorldOrder> orders)
    {
        Dictionary<string, string> who = orders.SelectMany(order => new[] { order.Visitor, order.Other }).Distinct().ToDictionary(id => id);
        for (int round = 0; round < who.Count; round++)
        {
            foreach (WorldOrder merge in orders.Where(order => order.Step == WorldStep.Merge))
            {
                string least = string.CompareOrdinal(who[merge.Visitor], who[merge.Other]) < 0 ? who[merge.Visitor] : who[merge.Other];
                (who[merge.Visitor], who[merge.Other]) = (least, least);
            }
        }

        return who;
    }

    private static List<WorldOrder> Newest(IEnumerable<WorldOrder> orders) =>
    [
        .. orders.GroupBy(order => order.Id)
            .Select(versions => versions.OrderBy(order => order.Version).ThenBy(order => order.IsRemoval).ThenBy(order => order.TimeMs)
                .ThenBy(order => order.Channel).ThenBy(order => order.Value).Last())
            .Where(order => !order.IsRemoval)
            .OrderBy(order => order.TimeMs).ThenBy(order => order.Id, StringComparer.Ordinal),
    ];

    private void Walk(string visitor, List<WorldOrder> touches, List<WorldOrder> conversions, AttributorOptions options)
    {
        long lookback = (long)options.Lookback.TotalMilliseconds;
        long before = long.MinValue;
        foreach (WorldOrder conversion in conversions)
        {
            long end = conversion.TimeMs;
            Paths.Add(new PlainPath(visitor, conversion, [.. touches.Where(touch => touch.TimeMs <= end && touch.TimeMs > end - lookback
                && !(options.BeginsAfterConversion && touch.TimeMs <= before))]));
            End([.. touches.Where(touch => touch.TimeMs > before && touch.TimeMs <= end - lookback)], lookback);
            before = end;
        }

        End([.. touches.Where(touch => touch.TimeMs > before)], lookback);
    }

    private void End(List<WorldOrder> touches, long lookback)
    {
        for (int i = 0; i < touches.Count; i++)
        {
            if (i == 0 || touches[i].TimeMs - touches[i - 1].TimeMs > lookback)
            {
                Ended.Add([]);
            }

            Ended[^1].Add(touches[i]);
        }
    }
}
