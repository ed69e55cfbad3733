using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Everything that was observed, as columns, and the sums over the columns that all particles share. Grows by one period at a
/// time. Scales never change once they are there.
/// </summary>
internal sealed class MixHistory
{
    private readonly MixLayout layout;
    private readonly double[] row;
    private double[][] baseline;
    private double[][] media;
    private double[][] raw;
    private double[][] told;
    private double[] outcome = new double[64];
    private double[] target = new double[64];
    private double[] weights = new double[64];
    private readonly List<DateOnly> dates = [];
    private readonly List<string> holidays = [];

    public MixHistory(MixLayout layout, MixScales scales)
    {
        this.layout = layout;
        Scales = scales;
        baseline = [.. Enumerable.Range(0, layout.BaselineCount).Select(_ => new double[64])];
        media = [.. layout.Channels.Select(_ => new double[64])];
        raw = [.. layout.Inputs.Select(_ => new double[64])];
        told = [.. layout.Channels.Select(_ => new double[64])];
        row = new double[layout.BaselineCount];
        Gram = new double[layout.BaselineCount * layout.BaselineCount];
        Rhs = new double[layout.BaselineCount];
        Spend = new double[layout.Channels.Length];
        Regions = layout.Spec.Regions is { } regions ? new RegionHistory(layout, regions.Members) : null;
        Credits = new double[layout.Channels.Length];
        Discount = layout.Spec.HalfLife is { } halfLife ? Math.Pow(0.5, 1 / halfLife) : 1;
        CreditSquares = new double[layout.Channels.Length];
    }

    public MixScales Scales { get; }

    /// <summary>Null where there is only the whole.</summary>
    public RegionHistory? Regions { get; }

    /// <summary>The noise of the whole, in units of a region's.</summary>
    public double NoiseShare => Regions?.NoiseShare ?? 1;

    public int Periods { get; private set; }

    /// <summary>What a period counts when another one has followed it; 1 where nothing is forgotten.</summary>
    public double Discount { get; }

    /// <summary>Sum of what all periods count now.</summary>
    public double Weight { get; private set; }

    /// <summary>What each period counts now.</summary>
    public ReadOnlySpan<double> Weights => weights.AsSpan(0, Periods);

    public IReadOnlyList<DateOnly> Dates => dates;

    /// <summary>Name of the period's holiday, or empty.</summary>
    public IReadOnlyList<string> Holidays => holidays;

    /// <summary>Sums of products of the baseline's columns, row by row.</summary>
    public double[] Gram { get; }

    /// <summary>Sums of the baseline's columns times the target.</summary>
    public double[] Rhs { get; }

    /// <summary>Sum of the squared target.</summary>
    public double Squares { get; private set; }

    /// <summary>Sum of the outcome, unscaled.</summary>
    public double OutcomeSum { get; private set; }

    /// <summary>Of each channel so far.</summary>
    public double[] Spend { get; }

    /// <summary>Periods in which attribution said something of a channel, each as it counts.</summary>
    public double[] Credits { get; }

    /// <summary>Sum of the squares of what it said, scaled.</summary>
    public double[] CreditSquares { get; }

    /// <summary>What the linear part explains: outcome / scale, or its logarithm.</summary>
    public ReadOnlySpan<double> Target => target.AsSpan(0, Periods);

    /// <summary>As it was observed.</summary>
    public ReadOnlySpan<double> Outcome => outcome.AsSpan(0, Periods);

    public ReadOnlySpan<double> Baseline(int column) => baseline[column].AsSpan(0, Periods);

    /// <summary>Scaled media of a channel.</summary>
    public ReadOnlySpan<double> Media(int channel) => media[channel].AsSpan(0, Periods);

    /// <summary>An input as it was observed.</summary>
    public ReadOnlySpan<double> Input(int input) => raw[input].AsSpan(0, Periods);

    /// <summary>
    /// What attribution credits a channel with in a period, in units of the outcome; not a number where it says nothing. No credit where no media
    /// can still work says nothing either: an error of 0 would fit it as well as one likes.
    /// </summary>
    public double CreditOf(int channel, int period) => told[channel][period];

    /// <summary>Columns of the baseline in the newest period.</summary>
    public ReadOnlySpan<double> LastRow => row;

    public void Append(in MixObservation observation)
    {
        Reserve();
        int t = Periods;
        for (int i = 0; i < raw.Length; i++)
        {
            raw[i][t] = observation.Inputs[i];
        }

        dates.Add(observation.Date);
        holidays.Add(observation.Holiday ?? "");
        outcome[t] = observation.Target;
        OutcomeSum += observation.Target;
        double scaled = observation.Target / Scales.Target;
        double y = layout.Spec.Form == MixForm.Additive ? scaled : Math.Log(scaled);
        target[t] = y;
        FillRow(observation, observation.Inputs, t, row);
        Forget(t);
        Regions?.Append(observation, this, t);
        for (int c = 0; c < media.Length; c++)
        {
            media[c][t] = observation.Inputs[layout.MediaInputs[c]] / Scales.Media[c];
            Spend[c] += layout.SpendInputs[c] < 0 ? 0 : observation.Inputs[layout.SpendInputs[c]];
            told[c][t] = Told(c, t);
            double credit = told[c][t] / Scales.Target;
            Credits[c] += double.IsNaN(credit) ? 0 : 1;
            CreditSquares[c] += double.IsNaN(credit) ? 0 : credit * credit;
        }

        Periods = t + 1;
        Squares += y * y;
        for (int i = 0; i < row.Length; i++)
        {
            baseline[i][t] = row[i];
            Rhs[i] += row[i] * y;
            Columns.AddScaled(row[i], row, Gram.AsSpan(i * row.Length, row.Length));
        }
    }

    /// <summary>A period as it was observed.</summary>
    public MixObservation Observation(int period)
    {
        RegionNumbers[]? regions = Regions is null ? null : new RegionNumbers[Regions.Count];
        for (int r = 0; r < (regions?.Length ?? 0); r++)
        {
            double[] own = new double[raw.Length];
            for (int i = 0; i < own.Length; i++)
            {
                own[i] = Regions!.Input(r, i, Periods)[period];
            }

            regions![r] = new RegionNumbers(Regions!.Outcome(r, Periods)[period], own);
        }

        return new MixObservation(dates[period], outcome[period], [.. raw.Select(input => input[period])], holidays[period], regions);
    }

    private double Told(int channel, int t)
    {
        double credit = layout.CreditInputs[channel] < 0 ? double.NaN : raw[layout.CreditInputs[channel]][t];
        int terms = layout.Channels[channel].Adstock.Terms;
        bool canWork = media[channel].AsSpan(Math.Max(0, t + 1 - terms), Math.Min(terms, t + 1)).ContainsAnyExcept(0);
        return credit == 0 && !canWork ? double.NaN : credit;
    }

    private void Forget(int t)
    {
        Weight = Weight * Discount + 1;
        weights[t] = 1;
        if (Discount == 1)
        {
            return;
        }

        Squares *= Discount;
        Columns.Scale(Discount, weights.AsSpan(0, t));
        Columns.Scale(Discount, Gram);
        Columns.Scale(Discount, Rhs);
        Columns.Scale(Discount, Credits);
        Columns.Scale(Discount, CreditSquares);
    }

    /// <summary>The first period that is on or after a day; <see cref="Periods"/> where there is none.</summary>
    public int PeriodOf(DateOnly date)
    {
        int found = dates.BinarySearch(date);
        return found < 0 ? ~found : found;
    }

    /// <summary>Columns of the baseline in a period, with a region's numbers of factors or those of the whole.</summary>
    internal void FillRow(in MixObservation observation, ReadOnlySpan<double> inputs, int period, Span<double> row)
    {
        MixSpec spec = layout.Spec;
        int at = 0;
        row[at++] = 1;
        if (spec.Trend is not null)
        {
            row[at++] = period / spec.TrendPeriods;
        }

        // Ramps from knot to knot: their coefficients are the steps of the walk, independent of each other.
        for (int k = 0; k < spec.LevelSteps; k++)
        {
            row[at++] = Math.Clamp((double)(period - k * spec.LevelEvery) / spec.LevelEvery, 0, 1);
        }

        double angle = 2 * Math.PI * observation.Date.DayOfYear / spec.FourierPeriodDays;
        for (int k = 1; k <= spec.FourierOrder; k++)
        {
            row[at++] = Math.Sin(k * angle);
            row[at++] = Math.Cos(k * angle);
        }

        foreach (string holiday in spec.Holidays)
        {
            row[at++] = observation.Holiday == holiday ? 1 : 0;
        }

        for (int isSigned = 0; isSigned <= 1; isSigned++)
        {
            for (int i = 0; i < spec.Controls.Count; i++)
            {
                ControlSpec control = spec.Controls[i];
                if (control.Impact != Impact.Auto == (isSigned == 1))
                {
                    double value = (inputs[layout.ControlInputs[i]] - control.Center) / control.Scale;
                    row[at++] = control.Impact == Impact.Negative ? -value : value;
                }
            }
        }
    }

    private void Reserve()
    {
        if (Periods < target.Length)
        {
            return;
        }

        int capacity = target.Length * 2;
        baseline = Columns.Grown(baseline, capacity);
        media = Columns.Grown(media, capacity);
        raw = Columns.Grown(raw, capacity);
        told = Columns.Grown(told, capacity);
        Array.Resize(ref outcome, capacity);
        Array.Resize(ref target, capacity);
        Array.Resize(ref weights, capacity);
    }
}

/// <summary>What outcome and media are divided by, fixed for the life of a model.</summary>
/// <param name="Target">Of the outcome.</param>
/// <param name="Media">Of each channel, in the layout's order.</param>
internal sealed record MixScales(double Target, double[] Media);

/// <summary>One closed period.</summary>
/// <param name="Date">Its first day.</param>
/// <param name="Target">The outcome.</param>
/// <param name="Inputs">Numbers of the model's input columns, in their order.</param>
/// <param name="Holiday">Its holiday, or null.</param>
/// <param name="Regions">Of each region, where the model has regions; then target and media above are their sums, factors their means by share.</param>
public readonly record struct MixObservation(
    DateOnly Date, double Target, double[] Inputs, string? Holiday = null, RegionNumbers[]? Regions = null);
