using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`stability`: how far each refresh moved the channels' shares.</summary>
internal static class StabilityInsight
{
    // Half-width of a 90 % interval of a normal, in standard deviations.
    private const double Wide = 1.645;

    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        Insight insight = MixInsights.Begin(mix, "stability");
        string[] names = [.. mix.Model.Spec.Channels.Select(channel => channel.Name)];
        InsightTable moves = insight.Add("moves", "date", "channel", "share", "before", "move", "sd", "isWithin");
        int[] counted = new int[names.Length];
        int[] outside = new int[names.Length];
        double[] largest = new double[names.Length];
        double outcome = 0;
        (double[] Share, double[] Sd)? before = null;
        foreach (MixRefresh refresh in mix.Refreshes)
        {
            outcome += refresh.Outcome;
            double whole = outcome;
            double[] share = [.. refresh.Contributions.Select(each => each.Mean / whole)];
            double[] sd = [.. refresh.Contributions.Select(each => each.Sd / whole)];
            if (before is { } old && refresh.Periods > mix.Model.Spec.WarmUp && query.Takes(refresh.Date))
            {
                for (int c = 0; c < names.Length; c++)
                {
                    double move = share[c] - old.Share[c];
                    bool isWithin = Math.Abs(move) <= Wide * old.Sd[c];
                    counted[c]++;
                    outside[c] += isWithin ? 0 : 1;
                    largest[c] = Math.Max(largest[c], Math.Abs(move));
                    if (query.Takes(names[c]))
                    {
                        moves.Add(refresh.Date, names[c], share[c], old.Share[c], move, old.Sd[c], isWithin);
                    }
                }
            }

            before = (share, sd);
        }

        InsightTable channels = insight.Add("channels", "channel", "refreshes", "outside", "largestMove", "share", "sd");
        for (int c = 0; c < names.Length; c++)
        {
            if (query.Takes(names[c]))
            {
                channels.Add(names[c], counted[c], outside[c], largest[c], before?.Share[c], before?.Sd[c]);
            }
        }

        insight.Fact("refreshes", counted.FirstOrDefault());
        insight.Fact("revisedPeriods", mix.Refreshes.Sum(refresh => refresh.Revised));
        insight.Notes.Add("share is a channel's contribution over all outcomes so far. A move is within where it is no more than 1.645 posterior standard deviations of the share before.");
        return insight;
    }
}
