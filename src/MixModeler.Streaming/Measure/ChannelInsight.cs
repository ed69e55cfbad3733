using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`channels`: what each channel cost and brought.</summary>
internal static class ChannelInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        MixModel model = mix.Model;
        MixWalk walk = MixWalk.Of(model, query);
        Insight insight = MixInsights.Begin(mix, "channels", walk);
        InsightTable table = insight.Add(
            "channels", "channel", "kind", "spend", "spendShare", "contribution", "q05", "q95", "contributionShare", "outcomeShare",
            "roi", "roiQ05", "roiQ95", "roas", "roasQ05", "roasQ95", "cpa", "cpaQ05", "cpaQ95");
        double[] spends = [.. walk.Channels.Select(channel => Spend(model, walk, channel.Name))];
        double outcome = ContributionInsight.Outcome(model, walk);
        MixEstimate[] estimates = [.. walk.Channels.Select((channel, c) => walk.Estimate(channel.Name, walk.Sums[c]))];
        double paid = spends.Sum();
        double brought = estimates.Sum(each => each.Mean);
        double revenue = model.Spec.RevenuePerUnit;
        foreach (int c in Enumerable.Range(0, estimates.Length).OrderByDescending(c => spends[c] > 0 ? estimates[c].Mean / spends[c] : double.NegativeInfinity))
        {
            MixEstimate each = estimates[c];
            bool isPaid = spends[c] > 0;
            double? Roas(double contribution) => isPaid ? contribution * revenue / spends[c] : null;
            double? Cpa(double contribution) => isPaid && contribution > 0 ? spends[c] / contribution : null;
            table.Add(
                each.Name, walk.Channels[c].Kind, isPaid ? spends[c] : null, paid > 0 ? spends[c] / paid : null, each.Mean, each.Q05, each.Q95,
                each.Mean / brought, each.Mean / outcome, Roas(each.Mean) - 1, Roas(each.Q05) - 1, Roas(each.Q95) - 1,
                Roas(each.Mean), Roas(each.Q05), Roas(each.Q95), Cpa(each.Mean), Cpa(each.Q95), Cpa(each.Q05));
        }

        insight.Fact("spend", paid);
        insight.Fact("contribution", brought);
        insight.Fact("outcome", outcome);
        insight.Fact("roi", paid > 0 ? (brought * revenue / paid) - 1 : null);
        insight.Notes.Add("ROAS = contribution × revenue per unit / spend; ROI = ROAS − 1; CPA = spend / contribution, of the mean contribution and of its quantiles.");
        insight.Notes.Add("contributionShare is of all channels that were asked for, outcomeShare of the outcome of the periods.");
        return insight;
    }

    internal static double Spend(MixModel model, MixWalk walk, string channel)
    {
        int at = Array.FindIndex(model.Layout.Channels, each => each.Name == channel);
        int input = model.Layout.SpendInputs[at];
        return input < 0 ? 0 : Mix.Columns.Sum(model.History.Input(input).Slice(walk.First, walk.Count));
    }
}
