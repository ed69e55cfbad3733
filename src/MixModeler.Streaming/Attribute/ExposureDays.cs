namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The days of one visitor, as the survival model learns them: stretches of days on which the same touches count in the same weeks are
/// one observation. A touch counts from its own day on, for as many weeks as the model has. Reused; owned by one thread.
/// </summary>
public sealed class ExposureDays(HazardModel model)
{
    private readonly List<(long Day, int Channel)> touches = [];
    private readonly List<long> conversions = [];
    private int[] cells = new int[8];
    private double[] counts = new double[8];
    private int[] placeOfCell = [];

    public void Clear()
    {
        touches.Clear();
        conversions.Clear();
    }

    /// <summary>Adds a touch; in order of time.</summary>
    public void Touch(long day, int channel)
    {
        model.Reserve(channel + 1);
        touches.Add((day, channel));
    }

    /// <summary>Adds a day on which the visitor converted; in order of time, each once.</summary>
    public void Conversion(long day) => conversions.Add(day);

    /// <summary>Teaches the model the days from … until - 1.</summary>
    public void Learn(long from, long until)
    {
        int week = TouchEffects.DaysPerWeek;
        int nextConversion = 0;
        while (nextConversion < conversions.Count && conversions[nextConversion] < from)
        {
            nextConversion++;
        }

        for (long day = from; day < until;)
        {
            bool converts = nextConversion < conversions.Count && conversions[nextConversion] == day;
            long end = converts ? day + 1 : nextConversion < conversions.Count ? Math.Min(until, conversions[nextConversion]) : until;
            int used = 0;
            foreach ((long touched, int channel) in touches)
            {
                long age = day - touched;
                if (age < 0)
                {
                    end = Math.Min(end, touched);
                    break;
                }

                if (age < (long)model.Weeks * week)
                {
                    Count((channel * model.Weeks) + (int)(age / week), ref used);
                    end = Math.Min(end, touched + (((age / week) + 1) * week));
                }
            }

            model.Learn(cells.AsSpan(0, used), counts.AsSpan(0, used), (int)(end - day), converts ? 1 : 0);
            Forget(used);
            nextConversion += converts ? 1 : 0;
            day = end;
        }
    }

    private void Count(int cell, ref int used)
    {
        if (cell >= placeOfCell.Length)
        {
            Array.Resize(ref placeOfCell, Math.Max(cell + 1, model.Channels * model.Weeks));
        }

        // 0 is: not there. Places are kept from 1.
        if (placeOfCell[cell] > 0)
        {
            counts[placeOfCell[cell] - 1]++;
            return;
        }

        if (used == cells.Length)
        {
            Array.Resize(ref cells, used * 2);
            Array.Resize(ref counts, used * 2);
        }

        (cells[used], counts[used]) = (cell, 1);
        placeOfCell[cell] = ++used;
    }

    private void Forget(int used)
    {
        foreach (int cell in cells.AsSpan(0, used))
        {
            placeOfCell[cell] = 0;
        }
    }
}
