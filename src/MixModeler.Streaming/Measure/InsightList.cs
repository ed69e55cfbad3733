namespace MixModeler.Streaming.Measure;

/// <summary>Which models there are and what can be asked of them.</summary>
public static class InsightList
{
    public static InsightTable Of(IMeasurements measurements)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        InsightTable table = new("questions", ["kind", "model", "question", "about"]);
        foreach (string name in measurements.Mixes)
        {
            foreach (string question in MixInsights.Questions)
            {
                table.Add("mix", name, question, MixInsights.About(question));
            }

            table.Add("mix", name, Consistency.Question, "the mix beside an attribution, and the factor between them");
        }

        foreach (string name in measurements.Attributions)
        {
            foreach (string question in AttributionInsights.Questions)
            {
                table.Add("attribution", name, question, AttributionInsights.About(question));
            }
        }

        return table;
    }
}
