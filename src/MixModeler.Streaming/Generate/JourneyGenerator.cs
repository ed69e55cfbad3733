using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Generate;

/// <summary>A visitor's days with what every channel really did.</summary>
/// <param name="Touches">Those that were seen: up to the conversion, or to the last day. In order of time.</param>
/// <param name="ConvertedMs">When the visitor converted; null for one who did not.</param>
/// <param name="Causal">
/// Conversions that each channel caused in expectation: the Shapley value, over channels, of the probability that the visitor converts within
/// the days, given all touches that would have come. Known exactly, because the generator knows the odds of every day.
/// </param>
internal sealed record SimulatedJourney(List<(long TimeMs, int Channel)> Touches, long? ConvertedMs, double[] Causal);

/// <summary>
/// Journeys with known causal effects, the way attribution goes wrong: channels that open journeys work for weeks; one that works at
/// once; retargeting, which follows whoever was touched, closes many journeys and does little; an affiliate that comes after mails and
/// searches and does nothing at all. Visitors differ in how much they are touched and in how likely they are to convert by themselves.
/// </summary>
internal sealed class JourneyGenerator(ulong seed)
{
    public const int Days = 60;
    public const int Weeks = 4;
    public const long FirstDay = 20_000;

    private const double LogOddsMean = -6.6;
    private const double LogOddsDeviation = 0.4;
    private const int Retargeting = 4;
    private const int Affiliate = 5;

    public static readonly string[] Channels = ["display", "social", "email", "search", "retargeting", "affiliate"];

    // Touches per day; of the last two only while they follow somebody.
    private static readonly double[] Rates = [0.025, 0.025, 0.03, 0.012, 0.2, 0.3];

    private static readonly double[,] Effects =
    {
        { 0.60, 0.60, 0.45, 0.30 },
        { 0.90, 0.60, 0.30, 0.10 },
        { 1.10, 0.50, 0.20, 0.10 },
        { 1.90, 0.60, 0.10, 0.00 },
        { 0.05, 0.02, 0.00, 0.00 },
        { 0.00, 0.00, 0.00, 0.00 },
    };

    private SeededDraws random = new(seed);

    /// <summary>What a touch really adds, for a test to compare with.</summary>
    public static double Effect(int channel, int week) => Effects[channel, week];

    public SimulatedJourney Next()
    {
        double activity = random.Gamma(2) / 2;
        double base0 = LogOddsMean + (LogOddsDeviation * random.Normal());
        double[,] added = new double[Days, Channels.Length];
        List<(long TimeMs, int Channel)> touches = Touch(activity, added);
        long? converted = null;
        for (int day = 0; day < Days && converted is null; day++)
        {
            double logOdds = base0;
            for (int channel = 0; channel < Channels.Length; channel++)
            {
                logOdds += added[day, channel];
            }

            if (random.Unit() < Sigmoid(logOdds))
            {
                // In the last minute of the day, so that all touches of the day were before it.
                converted = ((FirstDay + day + 1) * TouchEffects.DayMs) - 30_000;
            }
        }

        touches.RemoveAll(touch => touch.TimeMs > converted);
        return new SimulatedJourney(touches, converted, Causal(base0, added));
    }

    private List<(long TimeMs, int Channel)> Touch(double activity, double[,] added)
    {
        List<(long TimeMs, int Channel)> touches = [];
        int lastOpened = -100;
        int lastAsked = -100;
        for (int day = 0; day < Days; day++)
        {
            List<(long TimeMs, int Channel)> today = [];
            for (int channel = 0; channel < Channels.Length; channel++)
            {
                bool mayCome = channel == Retargeting ? day - lastOpened <= 7 : channel != Affiliate || day - lastAsked <= 2;
                if (!mayCome || random.Unit() >= Rates[channel] * (channel < Retargeting ? activity : 1))
                {
                    continue;
                }

                lastOpened = channel < Retargeting ? day : lastOpened;
                lastAsked = channel is 2 or 3 ? day : lastAsked;

                // Those that follow come late in the day.
                double hour = channel < Retargeting ? 16 * random.Unit() : 16 + (7 * random.Unit());
                today.Add((((FirstDay + day) * TouchEffects.DayMs) + (long)(hour * 3_600_000), channel));
                for (int later = day; later < Math.Min(Days, day + (Weeks * 7)); later++)
                {
                    added[later, channel] += Effects[channel, (later - day) / 7];
                }
            }

            touches.AddRange(today.OrderBy(touch => touch.TimeMs));
        }

        return touches;
    }

    private static double[] Causal(double base0, double[,] added)
    {
        int channels = Channels.Length;
        double[] worth = new double[1 << channels];
        for (int set = 0; set < worth.Length; set++)
        {
            double stays = 1;
            for (int day = 0; day < Days; day++)
            {
                double logOdds = base0;
                for (int channel = 0; channel < channels; channel++)
                {
                    logOdds += (set & (1 << channel)) != 0 ? added[day, channel] : 0;
                }

                stays *= 1 - Sigmoid(logOdds);
            }

            worth[set] = 1 - stays;
        }

        double[] causal = new double[channels];
        ShapleyGame.Solve(worth, causal);
        return causal;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
