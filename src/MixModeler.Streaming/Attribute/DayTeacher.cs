namespace MixModeler.Streaming.Attribute;

/// <summary>Teaches the settled days of visitors to survival models, each day once.</summary>
internal sealed class DayTeacher(SurvivalModels models, AttributorOptions options)
{
    /// <summary>The days of a visitor below <paramref name="untilDay"/> that were not taught yet.</summary>
    public void Teach(VisitorJourneys visitor, long untilDay)
    {
        if (visitor.FirstSeenMs == long.MaxValue)
        {
            return;
        }

        long from = Math.Max(visitor.TaughtToDay, TouchEffects.Day(visitor.FirstSeenMs));
        long until = Math.Min(untilDay, TouchEffects.Day(visitor.LastSeenMs + (long)options.AtRisk.TotalMilliseconds) + 1);
        if (until <= from)
        {
            return;
        }

        if (models.Of(visitor.Region) is { } region)
        {
            Teach(region.Days, visitor, from, until);
        }

        visitor.TaughtToDay = Math.Max(visitor.TaughtToDay, Teach(models.All.Days, visitor, from, until));
    }

    // The day up to which the visitor is known then; the end of time for one who cannot convert again.
    private long Teach(ExposureDays days, VisitorJourneys visitor, long from, long until)
    {
        long since = long.MinValue;
        foreach (JourneyEvent conversion in visitor.Conversions)
        {
            long day = TouchEffects.Day(conversion.TimeMs);
            if (conversion.IsRemoved || day < from || day >= until)
            {
                continue;
            }

            Begin(days, visitor, since, conversion.TimeMs);
            days.Conversion(day);
            days.Learn(from, day + 1);
            from = day + 1;
            if (options.ConvertsOnce)
            {
                return long.MaxValue;
            }

            since = options.BeginsAfterConversion ? conversion.TimeMs : since;
        }

        Begin(days, visitor, since, long.MaxValue);
        days.Learn(from, until);
        return until;
    }

    // A touch on the day of a conversion, but after it, had no part in it.
    private static void Begin(ExposureDays days, VisitorJourneys visitor, long since, long until)
    {
        days.Clear();
        foreach (JourneyEvent touch in visitor.Touches)
        {
            if (!touch.IsRemoved && touch.TimeMs > since && touch.TimeMs <= until)
            {
                days.Touch(TouchEffects.Day(touch.TimeMs), touch.Channel);
            }
        }
    }
}
