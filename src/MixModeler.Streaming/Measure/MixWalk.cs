using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>A named part of the outcome.</summary>
/// <param name="Name">A channel, a factor, a holiday, or `level`, `trend`, `seasonality`.</param>
/// <param name="Kind">`spend` or `nonSpend` for channels; `level`, `trend`, `seasonality`, `holiday` or `factor` for parts of the base.</param>
internal sealed record MixPart(string Name, string Kind);

/// <summary>
/// Every particle's view of some periods: what channels and parts of the base brought. The parts of a period add up to what the particle expects
/// of it, to rounding. In the multiplicative form the base is shared among its parts as the outcome is among channels: by logarithmic means,
/// against the level alone. Holds particles × periods × channels numbers.
/// </summary>
internal sealed class MixWalk
{
    private readonly MixModel model;
    private readonly MixLayout layout;
    private readonly int[] partOfColumn;
    private readonly int[] layoutChannel;

    private MixWalk(MixModel model, InsightQuery query)
    {
        this.model = model;
        layout = model.Layout;
        First = model.History.PeriodOf(query.From);
        Count = Math.Max(0, (query.To == DateOnly.MaxValue ? model.Periods : model.History.PeriodOf(query.To.AddDays(1))) - First);
        Channels = [.. model.Spec.Channels.Where(channel => query.Takes(channel.Name))
            .Select(channel => new MixPart(channel.Name, channel.SpendColumn is null ? "nonSpend" : "spend"))];
        layoutChannel = [.. Channels.Select(channel => Array.FindIndex(layout.Channels, each => each.Name == channel.Name))];
        MixPart[] columns = [.. Columns(model.Spec)];
        MediaParts = Channels.Length;
        Parts = [.. Channels, .. columns.Distinct()];
        partOfColumn = [.. columns.Select(column => MediaParts + Array.IndexOf(columns.Distinct().ToArray(), column))];
        int particles = model.Cloud.Count;
        Draws = [.. Enumerable.Range(0, MediaParts + 1).Select(_ => new double[Count * particles])];
        Sums = [.. Parts.Select(_ => new double[particles])];
        Means = [.. Parts.Select(_ => new double[Count])];
        Expected = new double[Count];
        BaseSums = new double[particles];
    }

    public int First { get; }

    public int Count { get; }

    public MixPart[] Channels { get; }

    public int MediaParts { get; }

    /// <summary>Channels first, then parts of the base.</summary>
    public MixPart[] Parts { get; }

    /// <summary>Of each channel and, last, of the whole base: by period, then particle.</summary>
    public double[][] Draws { get; }

    /// <summary>Of each part, by particle: its sum over the periods.</summary>
    public double[][] Sums { get; }

    public double[] BaseSums { get; }

    /// <summary>Of each part, by period: posterior mean.</summary>
    public double[][] Means { get; }

    /// <summary>Posterior mean of the expected outcome.</summary>
    public double[] Expected { get; }

    public static MixWalk Of(MixModel model, InsightQuery query)
    {
        MixWalk walk = new(model, query);
        MixLikelihood likelihood = new(model.Layout, model.ParticleLayout);
        MixPath path = new(model.Layout, model.ParticleLayout, model.History);
        for (int i = 0; i < model.Cloud.Count && walk.Count > 0; i++)
        {
            path.Fill(likelihood, model.Cloud[i]);
            walk.Add(path, i);
        }

        return walk;
    }

    public MixEstimate Estimate(string name, double[] values) => MixEstimate.Of(name, values, [.. model.Cloud.Weights], model.Cloud.Grandparents);

    /// <summary>Of one period.</summary>
    public MixEstimate Estimate(string name, int part, int period) =>
        Estimate(name, Draws[part].AsSpan(period * model.Cloud.Count, model.Cloud.Count).ToArray());

    /// <summary>The part of the base that each of its columns belongs to, in the columns' order.</summary>
    private static IEnumerable<MixPart> Columns(MixSpec spec)
    {
        yield return new MixPart("level", "level");
        int trend = (spec.Trend is null ? 0 : 1) + spec.LevelSteps;
        for (int k = 0; k < trend; k++)
        {
            yield return new MixPart("trend", "trend");
        }

        for (int k = 0; k < 2 * spec.FourierOrder; k++)
        {
            yield return new MixPart("seasonality", "seasonality");
        }

        foreach (string holiday in spec.Holidays)
        {
            yield return new MixPart(holiday, "holiday");
        }

        foreach (ControlSpec control in spec.Controls.OrderBy(control => control.Impact == Impact.Auto ? 0 : 1))
        {
            yield return new MixPart(control.Name, "factor");
        }
    }

    private void Add(MixPath path, int particle)
    {
        double weight = model.Cloud.Weights[particle];
        int particles = model.Cloud.Count;
        Span<double> coefficients = model.ParticleLayout.CoefficientsOf(model.Cloud[particle]);
        double[] parts = new double[Parts.Length];
        for (int t = 0; t < Count; t++)
        {
            Array.Clear(parts);
            for (int c = 0; c < MediaParts; c++)
            {
                parts[c] = path.Contribution(layoutChannel[c])[First + t];
                Draws[c][(t * particles) + particle] = parts[c];
            }

            double whole = path.Baseline[First + t];
            Draws[MediaParts][(t * particles) + particle] = whole;
            BaseSums[particle] += whole;
            FillBase(coefficients, particle, First + t, parts);
            for (int p = 0; p < parts.Length; p++)
            {
                Sums[p][particle] += parts[p];
                Means[p][t] += weight * parts[p];
            }

            Expected[t] += weight * path.Expected[First + t];
        }
    }

    // A column of the base over all regions, each with what it has of its own.
    private double OfRegions(RegionHistory regions, double common, int column, int particle, int period)
    {
        double sum = 0;
        for (int r = 0; r < regions.Count; r++)
        {
            double local = layout.LocalOf(column, model.ParticleLayout.LocalsOf(model.Cloud[particle], r));
            sum += regions.Shares[r] * (common + local) * regions.Baseline(r, column, period + 1)[period];
        }

        return sum;
    }

    private void FillBase(ReadOnlySpan<double> coefficients, int particle, int period, double[] parts)
    {
        double scale = model.History.Scales.Target;
        for (int j = 0; j < layout.BaselineCount; j++)
        {
            parts[partOfColumn[j]] += model.History.Regions is { } regions
                ? OfRegions(regions, coefficients[j], j, particle, period)
                : coefficients[j] * model.History.Baseline(j)[period];
        }

        Span<double> own = parts.AsSpan(MediaParts);
        if (layout.Spec.Form == MixForm.Additive)
        {
            foreach (ref double part in own)
            {
                part *= scale;
            }

            return;
        }

        double level = scale * Math.Exp(own[0]);
        MultiplicativeForm.Share(level, own[1..].ToArray(), own[1..]);
        own[0] = level;
    }
}
