namespace MixModeler.Streaming.Plan.Curves;

/// <summary>A curve by its points, linear between them, level before the first and behind the last.</summary>
public sealed class PointsCurve : IResponseCurve
{
    private readonly double[] spends;
    private readonly double[] values;

    /// <param name="spends">At least one, ascending.</param>
    /// <param name="values">As many.</param>
    /// <exception cref="ArgumentException">The two are not of one length, or the spends do not ascend.</exception>
    public PointsCurve(double[] spends, double[] values)
    {
        ArgumentNullException.ThrowIfNull(spends);
        ArgumentNullException.ThrowIfNull(values);
        if (spends.Length == 0 || spends.Length != values.Length)
        {
            throw new ArgumentException($"{spends.Length} spends and {values.Length} values: they come in pairs, at least one", nameof(values));
        }

        for (int i = 1; i < spends.Length; i++)
        {
            if (!(spends[i] > spends[i - 1]))
            {
                throw new ArgumentException($"spend {spends[i]:R} does not follow {spends[i - 1]:R}", nameof(spends));
            }
        }

        this.spends = spends;
        this.values = values;
    }

    internal IReadOnlyList<double> Spends => spends;

    public double Value(double spend)
    {
        int at = Segment(spend);
        if (at < 0)
        {
            return values[0];
        }

        if (at >= spends.Length - 1)
        {
            return values[^1];
        }

        double share = (spend - spends[at]) / (spends[at + 1] - spends[at]);
        return values[at] + (share * (values[at + 1] - values[at]));
    }

    public double Slope(double spend)
    {
        int at = Segment(spend);
        return at < 0 || at >= spends.Length - 1 ? 0 : (values[at + 1] - values[at]) / (spends[at + 1] - spends[at]);
    }

    public IConcaveEnvelope EnvelopeOver(double lower, double upper)
    {
        List<(double X, double Y)> points = [(lower, Value(lower))];
        for (int i = Math.Max(0, Segment(lower)); i < spends.Length && spends[i] < upper; i++)
        {
            if (spends[i] > lower)
            {
                points.Add((spends[i], values[i]));
            }
        }

        if (upper > lower)
        {
            points.Add((upper, Value(upper)));
        }

        return new HullEnvelope(points);
    }

    public IResponseCurve Scaled(double response, double unit) =>
        new PointsCurve([.. spends.Select(x => x * unit)], [.. values.Select(y => y * response)]);

    // The last point at or before the spend; −1 before the first.
    private int Segment(double spend)
    {
        int found = Array.BinarySearch(spends, spend);
        return found >= 0 ? found : ~found - 1;
    }
}
