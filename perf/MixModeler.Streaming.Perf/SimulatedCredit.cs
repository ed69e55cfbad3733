using System.Globalization;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Generate;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// Credit beside truth: half of the simulated visitors teach the survival model, the other half are scored, and what each method credits
/// their channels with is held against what the generator knows they caused.
/// </summary>
internal static class SimulatedCredit
{
    public static IReadOnlyList<BenchRow> Rows(int visitors, Action<string> say)
    {
        JourneyGenerator generator = new(2024);
        int channels = JourneyGenerator.Channels.Length;
        AttributorOptions options = new() { Lookback = TimeSpan.FromDays(28), AtRisk = TimeSpan.FromDays(JourneyGenerator.Days), ConvertsOnce = true };
        HazardModel model = new(new HazardOptions { Weeks = JourneyGenerator.Weeks });
        model.Reserve(channels);
        PathAttributor taught = new(options, model.Effects(0));
        for (int v = 0; v < visitors / 2; v++)
        {
            Tell(taught, v, generator.Next());
        }

        taught.Settle((JourneyGenerator.FirstDay + JourneyGenerator.Days) * TouchEffects.DayMs, model);
        TouchEffects effects = model.Effects(1);
        PathAttributor scored = new(options, effects);
        double[] truth = new double[channels];
        for (int v = 0; v < visitors / 2; v++)
        {
            SimulatedJourney journey = generator.Next();
            Tell(scored, v, journey);
            for (int channel = 0; channel < channels; channel++)
            {
                truth[channel] += journey.Causal[channel];
            }
        }

        return Compare(scored.Totals, effects, truth, say);
    }

    private static BenchRow[] Compare(AttributionTotals totals, TouchEffects effects, double[] truth, Action<string> say)
    {
        int channels = truth.Length;
        double touched = totals.Conversions - totals.Untouched;
        MarkovCredit markov = new MarkovSolver().Solve(totals.Markov, channels);
        RateCredit rate = RateShapley.Of(totals.Sets, channels, 1);
        (string Name, double[] Credit)[] methods =
        [
            ("incremental (survival, Shapley)", Of(channel => totals.Of(channel).Incremental)),
            ("last touch", Of(channel => totals.Of(channel).Last)),
            ("first touch", Of(channel => totals.Of(channel).First)),
            ("linear", Of(channel => totals.Of(channel).Linear)),
            ("U shape", Of(channel => totals.Of(channel).UShape)),
            ("time decay", Of(channel => totals.Of(channel).Decay)),
            ("Markov, order 1", markov.Conversions),
            ("Shapley, equal split", Of(totals.EqualSplit.Conversions)),
            ("Shapley of the rate", Of(channel => rate.Rates[channel] * rate.Journeys)),
        ];
        say($"{totals.Conversions} conversions, {touched} after a touch, {truth.Sum():F0} caused by touches");
        say(Line("what channels caused", truth));
        foreach ((string name, double[] credit) in methods)
        {
            say(Line(name, credit));
        }

        for (int channel = 0; channel < channels; channel++)
        {
            say($"effect of {JourneyGenerator.Channels[channel]} by week: " + string.Join(", ", Enumerable.Range(0, effects.Weeks).Select(
                week => $"{Number(effects[channel, week])} ({Number(JourneyGenerator.Effect(channel, week))})")));
        }

        double lastShares = ShareError(methods[1].Credit, truth);
        double lastCounts = CountError(methods[1].Credit, truth);
        return
        [
            .. methods.Select(method => new BenchRow(
                $"simulated: distance of shares to the truth, {method.Name}", ShareError(method.Credit, truth), "share", "last touch", lastShares)),
            .. methods.Select(method => new BenchRow(
                $"simulated: conversions credited wrongly, {method.Name}", CountError(method.Credit, truth), "of caused", "last touch", lastCounts)),
            new("simulated: conversions credited to touches, incremental", methods[0].Credit.Sum(), "conversions", "caused", truth.Sum()),
        ];

        double[] Of(Func<int, double> credit) => [.. Enumerable.Range(0, channels).Select(credit)];
    }

    // Half of the sum of absolute differences: the part of all credit that is with the wrong channel.
    private static double ShareError(double[] credit, double[] truth) =>
        credit.Zip(truth, (a, b) => Math.Abs((a / credit.Sum()) - (b / truth.Sum()))).Sum() / 2;

    private static double CountError(double[] credit, double[] truth) => credit.Zip(truth, (a, b) => Math.Abs(a - b)).Sum() / truth.Sum();

    private static string Line(string name, double[] credit) => $"{name,-32} " + string.Join("  ",
        credit.Select((value, channel) => $"{JourneyGenerator.Channels[channel]} {value.ToString("F0", CultureInfo.InvariantCulture)}"));

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static void Tell(PathAttributor attributor, int visitor, SimulatedJourney journey)
    {
        string id = $"{visitor:D6}";
        attributor.Seen(id, JourneyGenerator.FirstDay * TouchEffects.DayMs);
        for (int i = 0; i < journey.Touches.Count; i++)
        {
            attributor.Touch(id, $"t{i}", journey.Touches[i].TimeMs, journey.Touches[i].Channel);
        }

        if (journey.ConvertedMs is { } converted)
        {
            attributor.Conversion(id, "c", converted, 1);
        }

        attributor.ClearChanges();
    }
}
