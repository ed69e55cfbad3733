using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`drift`: a sequential test on the errors of what was foretold.</summary>
internal static class DriftInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        Insight insight = MixInsights.Begin(mix, "drift");
        DriftTest test = new(query.FalseAlarmEvery);
        InsightTable periods = insight.Add("periods", "date", "foretold", "foretoldSd", "outcome", "error", "above", "below", "alarm");
        int seen = 0;
        DateOnly? last = null;
        foreach (MixRefresh refresh in mix.Refreshes.Where(refresh => refresh.Periods > mix.Model.Spec.WarmUp))
        {
            double error = (refresh.Outcome - refresh.Foretold) / refresh.ForetoldSd;
            int alarm = test.Add(error);
            seen++;
            last = alarm != 0 ? refresh.Date : last;
            if (query.Takes(refresh.Date))
            {
                periods.Add(
                    refresh.Date, refresh.Foretold, refresh.ForetoldSd, refresh.Outcome, error, test.Above, test.Below,
                    alarm switch { > 0 => "above", < 0 => "below", _ => null });
            }
        }

        insight.Fact("tested", seen);
        insight.Fact("alarms", test.Alarms);
        insight.Fact("lastAlarm", last);
        insight.Fact("threshold", test.Threshold);
        insight.Fact("falseAlarmEvery", query.FalseAlarmEvery);
        insight.Fact("expectedFalseAlarms", seen / query.FalseAlarmEvery);
        insight.Notes.Add("error is (outcome − foretold) / sd of what was foretold, before the period was learned, after the warm-up; above and below are the sums of a two-sided CUSUM.");
        insight.Notes.Add("The rate of false alarms holds for errors that are independent and normal, and takes no account of errors that grow in both directions: see the coverage in 'fit'.");
        return insight;
    }
}
