namespace MixModeler.Streaming.Attribute;

/// <summary>Teaches the settled days of visitors to a survival model, each day once.</summary>
internal sealed class DayTeacher(HazardModel model, AttributorOptions options)
{
    private readonly ExposureDays days = new(model);

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

        long since = long.MinValue;
        foreach (JourneyEvent conversion in visitor.Conversions)
        {
            long day = TouchEffects.Day(conversion.TimeMs);
            if (conversion.IsRemoved || day < from || day >= until)
            {
                continue;
            }

            Begin(visitor, since, conversion.TimeMs);
            days.Conversion(day);
            days.Learn(from, day + 1);
            from = day + 1;
            if (options.ConvertsOnce)
            {
                visitor.TaughtToDay = long.MaxValue;
                return;
            }

            since = options.BeginsAfterConversion ? conversion.TimeMs : since;
        }

        Begin(visitor, since, long.MaxValue);
        days.Learn(from, until);
        visitor.TaughtToDay = Math.Max(visitor.TaughtToDay, until);
    }

    // A touch on the day of a conversion, but after it, had no part in it.
    private void Begin(VisitorJourneys visitor, long since, long until)
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
