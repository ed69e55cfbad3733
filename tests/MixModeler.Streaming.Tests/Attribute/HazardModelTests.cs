using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Attribute;

public class HazardModelTests
{
    [Fact]
    public void Effects_are_learned_from_converting_and_other_journeys_in_one_pass()
    {
        HazardModel model = Learned(seed: 1, visitors: 12_000);
        TouchEffects effects = model.Effects(1);

        Assert.Equal(JourneyGenerator.Channels.Length, effects.Channels);
        for (int channel = 0; channel < effects.Channels; channel++)
        {
            // Weeks with few touches are uncertain; the first one of each channel is the one with most weight.
            Assert.InRange(effects[channel, 0], JourneyGenerator.Effect(channel, 0) - 0.25, JourneyGenerator.Effect(channel, 0) + 0.25);
        }
    }

    [Fact]
    public void Effects_never_rise_with_the_weeks_and_are_never_negative_however_little_was_seen()
    {
        for (int visitors = 1; visitors < 300; visitors += 23)
        {
            TouchEffects effects = Learned((ulong)visitors, visitors).Effects(1);
            for (int channel = 0; channel < effects.Channels; channel++)
            {
                for (int week = 0; week < effects.Weeks; week++)
                {
                    Assert.InRange(effects[channel, week], 0, week == 0 ? 5 : effects[channel, week - 1]);
                }
            }
        }
    }

    [Fact]
    public void A_stretch_of_days_says_what_its_days_say_one_by_one_when_they_are_few_beside_what_is_known()
    {
        HazardModel together = Learned(seed: 2, visitors: 2_000);
        HazardModel apart = Learned(seed: 2, visitors: 2_000);
        together.Learn([0, 5], [1, 2], days: 7, conversions: 0);
        for (int day = 0; day < 7; day++)
        {
            apart.Learn([0, 5], [1, 2], days: 1, conversions: 0);
        }

        Assert.Equal(together.LogOdds([0, 5], [1, 2]), apart.LogOdds([0, 5], [1, 2]), 1e-5);
        Assert.Equal(together.Days, apart.Days);
    }

    [Fact]
    public void One_channel_without_a_prior_to_speak_of_gives_the_two_rates()
    {
        // 2 of 100 convert without a touch, 10 of 100 with one: log odds of either, whatever the order within reason.
        HazardModel model = new(new HazardOptions { Weeks = 1, BaseVariance = 100, EffectVariance = 100, DailyRate = 0.05 });
        model.Reserve(1);
        for (int i = 0; i < 400; i++)
        {
            model.Learn([], [], 100, 2);
            model.Learn([0], [1], 100, 10);
        }

        Assert.Equal(Math.Log(0.02 / 0.98), model.Intercept, 0.01);
        Assert.Equal(Math.Log(0.10 / 0.90) - Math.Log(0.02 / 0.98), model.Effects(1)[0, 0], 0.01);
    }

    [Fact]
    public void A_restored_model_goes_on_bit_for_bit()
    {
        HazardModel model = Learned(seed: 3, visitors: 200);
        PackedWriter saved = new();
        model.Save(saved);
        PackedReader reader = new(saved.Written);
        HazardModel loaded = HazardModel.Load(ref reader);
        foreach (HazardModel each in (HazardModel[])[model, loaded])
        {
            each.Learn([1, 3], [1, 1], 5, 1);
            each.Reserve(9);
            each.Learn([30], [2], 3, 0);
        }

        (PackedWriter first, PackedWriter second) = (new(), new());
        model.Save(first);
        loaded.Save(second);
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(first.Written.ToArray(), second.Written.ToArray());
    }

    [Fact]
    public void The_nearest_falling_series_is_nearer_than_any_other()
    {
        Random random = new(6);
        for (int round = 0; round < 200; round++)
        {
            double[] values = [.. Enumerable.Range(0, 5).Select(_ => (random.NextDouble() * 4) - 1.5)];
            double[] weights = [.. Enumerable.Range(0, 5).Select(_ => 0.1 + random.NextDouble())];
            double[] fitted = new double[5];
            Descending.Fit(values, weights, fitted);
            double best = Distance(fitted);
            for (int other = 0; other < 300; other++)
            {
                double[] candidate = [.. fitted.Select(value => Math.Max(0, value + ((random.NextDouble() - 0.5) * 0.5)))];
                Array.Sort(candidate, (a, b) => b.CompareTo(a));
                Assert.True(best <= Distance(candidate) + 1e-12, $"seed 6, round {round}");
            }

            double Distance(double[] series) => series.Select((value, i) => weights[i] * (value - values[i]) * (value - values[i])).Sum();
        }
    }

    [Fact]
    public void An_attributor_teaches_the_days_it_settles_as_if_they_had_been_told_at_once()
    {
        List<SimulatedJourney> journeys = Journeys(seed: 4, visitors: 150);
        AttributorOptions options = new() { Lookback = TimeSpan.FromDays(28), AtRisk = TimeSpan.FromDays(100) };
        HazardModel direct = new(new HazardOptions());
        HazardModel settled = new(new HazardOptions());
        PathAttributor attributor = new(options, new TouchEffects([], 4, 0));
        for (int v = 0; v < journeys.Count; v++)
        {
            attributor.Seen($"{v:D5}", JourneyGenerator.FirstDay * TouchEffects.DayMs);
            int touch = 0;
            journeys[v].Touches.ForEach(each => attributor.Touch($"{v:D5}", $"{touch++}", each.TimeMs, each.Channel));
            if (journeys[v].ConvertedMs is { } converted)
            {
                attributor.Conversion($"{v:D5}", "c", converted, 1);
            }

            Teach(direct, journeys[v], untilEnd: true);
        }

        attributor.Settle((JourneyGenerator.FirstDay + JourneyGenerator.Days) * TouchEffects.DayMs, settled);

        Assert.Equal((direct.Days, direct.Conversions), (settled.Days, settled.Conversions));
        Assert.Equal(direct.Intercept, settled.Intercept);

        // What was settled is not taught a second time.
        attributor.Settle(((JourneyGenerator.FirstDay + JourneyGenerator.Days) * TouchEffects.DayMs) + 1, settled);
        Assert.Equal(direct.Days, settled.Days);
    }

    [Fact]
    public void What_is_forgotten_gives_way_to_what_is_so_now_and_at_last_to_the_prior()
    {
        HazardOptions options = new() { Weeks = 1, DailyRate = 0.05 };
        (HazardModel forgetting, HazardModel remembering) = (new HazardModel(options), new HazardModel(options));
        foreach (HazardModel model in new[] { forgetting, remembering })
        {
            model.Reserve(1);
            for (int week = 0; week < 80; week++)
            {
                // What a touch adds falls from 10 to 4 of 100.
                for (int i = 0; i < 20; i++)
                {
                    model.Learn([], [], 100, 2);
                    model.Learn([0], [1], 100, week < 40 ? 10 : 4);
                }

                if (model == forgetting)
                {
                    model.Forget(0.8);
                }
            }
        }

        double Gain(int of) => Math.Log(of / (100.0 - of)) - Math.Log(0.02 / 0.98);
        Assert.Equal(Gain(4), forgetting.Effects(1)[0, 0], 0.05);
        Assert.InRange(remembering.Effects(1)[0, 0], Gain(5), Gain(9));

        double before = remembering.Intercept;
        remembering.Forget(1);
        Assert.Equal(before, remembering.Intercept, 1e-9);
        for (int i = 0; i < 400; i++)
        {
            remembering.Forget(0.9);
        }

        Assert.Equal(Math.Log(0.05 / 0.95), remembering.Intercept, 1e-6);
        Assert.Equal(0, remembering.Effects(1)[0, 0], 1e-6);
    }

    internal static HazardModel Learned(ulong seed, int visitors)
    {
        HazardModel model = new(new HazardOptions());
        Journeys(seed, visitors).ForEach(journey => Teach(model, journey, untilEnd: false));
        return model;
    }

    private static List<SimulatedJourney> Journeys(ulong seed, int visitors)
    {
        JourneyGenerator generator = new(seed);
        return [.. Enumerable.Range(0, visitors).Select(_ => generator.Next())];
    }

    private static void Teach(HazardModel model, SimulatedJourney journey, bool untilEnd)
    {
        ExposureDays days = new(model);
        journey.Touches.ForEach(touch => days.Touch(TouchEffects.Day(touch.TimeMs), touch.Channel));
        long end = JourneyGenerator.FirstDay + JourneyGenerator.Days;
        if (journey.ConvertedMs is { } converted)
        {
            days.Conversion(TouchEffects.Day(converted));
            end = untilEnd ? end : TouchEffects.Day(converted) + 1;
        }

        days.Learn(JourneyGenerator.FirstDay, end);
    }
}
