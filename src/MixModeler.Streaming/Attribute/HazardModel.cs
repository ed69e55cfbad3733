// Once per stretch of equal days. O(d²) for d = 1 + channels · weeks; 0 B once grown. Measured by AttributionBench.
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Discrete-time survival model of conversion, learned online: the log odds that a visitor converts on a day are a base rate plus, for
/// each touch, an effect of its channel and of the weeks since. It learns from every day at risk, those of visitors who never
/// convert included. Effects are read with the constraint of the original: in no week negative or above the week before.
/// </summary>
/// <remarks>
/// <para>Bayesian logistic regression with a full covariance, one pass: an observation of n equal days with y conversions moves the mean
/// to the mode along the covariance (a scalar equation, solved by guarded Newton) and takes n p (1 - p) off the covariance. Weeks are
/// constrained when effects are read, by isotonic regression weighted with the precisions (pool adjacent violators, then 0 as the floor).</para>
/// <para>The result depends on the order in which days are learned, as in any online learner; the same order gives the same bits.
/// Not thread-safe.</para>
/// </remarks>
public sealed class HazardModel
{
    private const byte Format = 1;
    private const int NewtonStepsMax = 60;

    private readonly HazardOptions options;
    private double[] mean;
    private double[] covariance;
    private double[] direction;

    public HazardModel(HazardOptions options)
    {
        options.Validate();
        this.options = options;
        (mean, covariance, direction) = ([0], [0], [0]);
        mean[0] = Math.Log(options.DailyRate / (1 - options.DailyRate));
        covariance[0] = options.BaseVariance;
    }

    public int Weeks => options.Weeks;

    public int Channels => (mean.Length - 1) / options.Weeks;

    /// <summary>Days that were learned.</summary>
    public long Days { get; private set; }

    public long Conversions { get; private set; }

    /// <summary>Log odds of converting on a day without any touch.</summary>
    public double Intercept => mean[0];

    /// <summary>Makes room for channels 0 … channels - 1.</summary>
    public void Reserve(int channels)
    {
        int before = mean.Length;
        int size = 1 + (channels * options.Weeks);
        if (size <= before)
        {
            return;
        }

        double[] grown = new double[size * size];
        for (int row = 0; row < before; row++)
        {
            covariance.AsSpan(row * before, before).CopyTo(grown.AsSpan(row * size));
        }

        for (int i = before; i < size; i++)
        {
            grown[(i * size) + i] = options.EffectVariance;
        }

        covariance = grown;
        Array.Resize(ref mean, size);
        Array.Resize(ref direction, size);
    }

    /// <summary>Log odds of a day on which these touches count.</summary>
    /// <param name="cells">channel · weeks + week, each at most once.</param>
    /// <param name="touches">How many touches there are of each.</param>
    public double LogOdds(ReadOnlySpan<int> cells, ReadOnlySpan<double> touches)
    {
        double sum = mean[0];
        for (int i = 0; i < cells.Length; i++)
        {
            sum += 1 + cells[i] < mean.Length ? mean[1 + cells[i]] * touches[i] : 0;
        }

        return sum;
    }

    /// <summary>Learns a stretch of equal days.</summary>
    /// <param name="cells">channel · weeks + week, each at most once; room must have been made.</param>
    /// <param name="touches">How many touches there are of each.</param>
    /// <param name="days">How many days; at least 1.</param>
    /// <param name="conversions">On how many of them the visitor converted.</param>
    public void Learn(ReadOnlySpan<int> cells, ReadOnlySpan<double> touches, int days, int conversions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(conversions, days);
        Days += days;
        Conversions += conversions;
        double variance = Project(cells, touches);
        double predicted = LogOdds(cells, touches);
        double mode = Mode(predicted, variance, days, conversions);
        double chance = Sigmoid(mode);
        double residual = conversions - (days * chance);
        double weight = days * chance * (1 - chance);
        double shrink = weight / (1 + (weight * variance));
        int size = mean.Length;
        for (int i = 0; i < size; i++)
        {
            mean[i] += direction[i] * residual;
            double scaled = direction[i] * shrink;
            if (scaled == 0)
            {
                continue;
            }

            Span<double> row = covariance.AsSpan(i * size, size);
            for (int j = 0; j < row.Length; j++)
            {
                row[j] -= scaled * direction[j];
            }
        }
    }

    /// <summary>
    /// Lets what was learned count less: the posterior moves towards the prior as far as if every observation had entered to that power (stabilised
    /// forgetting, Kulhavý and Zarrop 1993). It cannot wind up: where nothing is learned any more, the prior comes back.
    /// </summary>
    /// <param name="keep">What is left of an observation, above 0 and up to 1.</param>
    public void Forget(double keep)
    {
        int size = mean.Length;
        double[] precision = SymmetricInverse.Of(covariance, size);
        double[] right = new double[size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                precision[(i * size) + j] *= keep;
                right[i] += precision[(i * size) + j] * mean[j];
            }
        }

        for (int i = 0; i < size; i++)
        {
            double prior = (1 - keep) / (i == 0 ? options.BaseVariance : options.EffectVariance);
            precision[(i * size) + i] += prior;
            right[i] += i == 0 ? prior * Math.Log(options.DailyRate / (1 - options.DailyRate)) : 0;
        }

        covariance = SymmetricInverse.Of(precision, size);
        for (int i = 0; i < size; i++)
        {
            double sum = 0;
            for (int j = 0; j < size; j++)
            {
                sum += covariance[(i * size) + j] * right[j];
            }

            mean[i] = sum;
        }
    }

    /// <summary>The effects as they stand, constrained: not negative, not growing with the weeks.</summary>
    public TouchEffects Effects(long version)
    {
        double[] effects = new double[mean.Length - 1];
        double[] weights = new double[options.Weeks];
        for (int channel = 0; channel < Channels; channel++)
        {
            int first = 1 + (channel * options.Weeks);
            for (int week = 0; week < options.Weeks; week++)
            {
                weights[week] = 1 / covariance[((first + week) * mean.Length) + first + week];
            }

            Descending.Fit(mean.AsSpan(first, options.Weeks), weights, effects.AsSpan(first - 1, options.Weeks));
        }

        return new TouchEffects(effects, options.Weeks, version);
    }

    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.VarUInt((ulong)options.Weeks);
        to.Double(options.DailyRate);
        to.Double(options.BaseVariance);
        to.Double(options.EffectVariance);
        to.VarInt(Days);
        to.VarInt(Conversions);
        to.VarUInt((ulong)Channels);
        foreach (double value in mean)
        {
            to.Double(value);
        }

        foreach (double value in covariance)
        {
            to.Double(value);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no model of this format.</exception>
    public static HazardModel Load(ref PackedReader from)
    {
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("this is no survival model of a known format");
        }

        HazardOptions options = new()
        {
            Weeks = (int)from.VarUInt(),
            DailyRate = from.Double(),
            BaseVariance = from.Double(),
            EffectVariance = from.Double(),
        };
        HazardModel model = new(options) { Days = from.VarInt(), Conversions = from.VarInt() };
        model.Reserve(from.Count(8));
        for (int i = 0; i < model.mean.Length; i++)
        {
            model.mean[i] = from.Double();
        }

        for (int i = 0; i < model.covariance.Length; i++)
        {
            model.covariance[i] = from.Double();
        }

        return model;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // direction = S x; returns x' S x. S is symmetric, so rows stand for columns.
    private double Project(ReadOnlySpan<int> cells, ReadOnlySpan<double> touches)
    {
        int size = mean.Length;
        covariance.AsSpan(0, size).CopyTo(direction);
        for (int c = 0; c < cells.Length; c++)
        {
            ReadOnlySpan<double> row = covariance.AsSpan((1 + cells[c]) * size, size);
            double times = touches[c];
            for (int i = 0; i < row.Length; i++)
            {
                direction[i] += times * row[i];
            }
        }

        double variance = direction[0];
        for (int c = 0; c < cells.Length; c++)
        {
            variance += touches[c] * direction[1 + cells[c]];
        }

        return variance;
    }

    // The root of s - predicted - variance · (y - n σ(s)), which rises by at least 1 per unit of s: Newton, kept between bounds.
    private static double Mode(double predicted, double variance, int days, int conversions)
    {
        double low = predicted - (variance * (days - conversions));
        double high = predicted + (variance * conversions);
        double at = predicted;
        for (int step = 0; step < NewtonStepsMax; step++)
        {
            double chance = Sigmoid(at);
            double value = at - predicted - (variance * (conversions - (days * chance)));
            (low, high) = value > 0 ? (low, at) : (at, high);
            double next = at - (value / (1 + (variance * days * chance * (1 - chance))));
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - at) <= 1e-12 * (1 + Math.Abs(at)))
            {
                return next;
            }

            at = next;
        }

        return at;
    }
}
