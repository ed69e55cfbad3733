using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Plan;

namespace MixModeler.Streaming.Measure;

/// <summary>What was spent really, as a mix has taken it in: for plans that are under way.</summary>
public static class MixSpend
{
    /// <summary>Spend of each channel and period. What it brought is the model's to say and not an actual.</summary>
    public static IReadOnlyList<ActualSpend> Actuals(MeasuredMix mix)
    {
        ArgumentNullException.ThrowIfNull(mix);
        MixModel model = mix.Model;
        List<ActualSpend> actuals = [];
        for (int c = 0; c < model.Layout.Channels.Length; c++)
        {
            int spend = model.Layout.SpendInputs[c];
            for (int t = 0; t < model.Periods && spend >= 0; t++)
            {
                actuals.Add(new ActualSpend(model.History.Dates[t], model.Layout.Channels[c].Name, model.History.Input(spend)[t], 0, 0));
            }
        }

        return actuals;
    }

    /// <summary>A plan beside it, as of the end of the newest period.</summary>
    /// <exception cref="InvalidOperationException">The plan has no dates.</exception>
    public static PlanPacing Pacing(MeasuredMix mix, PlanResult plan)
    {
        IReadOnlyList<DateOnly> dates = mix.Model.History.Dates;
        int days = dates.Count > 1 ? dates[^1].DayNumber - dates[^2].DayNumber : 1;
        return PlanPacing.Of(plan, Actuals(mix), dates[^1].AddDays(days - 1));
    }
}
