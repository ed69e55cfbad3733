using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

public sealed class MixSpecReaderTests
{
    private const string Minimal = "target: y\ndate: d\nchannels:\n  tv: {}\n";

    [Fact]
    public void A_short_spec_has_defaults()
    {
        MixSpec spec = Read(Minimal);

        Assert.Equal((MixForm.Additive, 1_000, 1UL, 12), (spec.Form, spec.Particles, spec.Seed, spec.WarmUp));
        ChannelSpec tv = Assert.Single(spec.Channels);
        Assert.Equal(("tv", "tv", null), (tv.Name, tv.Column, tv.SpendColumn));
        Assert.Equal((AdstockShape.None, SaturationCurve.None), (tv.Adstock.Shape, tv.Saturation.Curve));
        Assert.True(tv.Effect.IsConjugate);
    }

    [Fact]
    public void All_that_can_be_written_is_read()
    {
        MixSpec spec = Read("""
            target: y
            date: d
            form: additive
            scale: 10
            trainingWeeks: 104
            revenuePerUnit: 2
            channels:
              tv: { column: tv_grp, spend: tv_cost, scale: 5, adstock: { kernel: lookback, lag: 1, minLookback: 2, maxLookback: 6 }, saturation: { curve: hill, slope: 1, half: { logNormal: [0, 0.5] } }, effect: { roi: { logNormal: [0.2, 0.9] } } }
              web: { adstock: { kernel: weibullPdf, terms: 6, shape: { gamma: [2, 1] } }, saturation: { curve: power, exponent: { uniform: [0.2, 0.9] } } }
            controls:
              price: { impact: negative, center: 3, scale: 2, prior: { normal: [0.1, 0.4] } }
            trend: { periods: 26 }
            seasonality: { order: 3 }
            holidays: { column: holiday, names: [easter, xmas] }
            noise: { prior: { logNormal: [-2, 0.5] } }
            liftTests:
              - { channel: tv, from: 2024-01-01, to: 2024-01-15, media: 4, lift: 12, error: 3 }
            particles: 500
            seed: 7
            """);

        ChannelSpec tv = spec.Channels[0];
        Assert.Equal((AdstockShape.Lookback, 8, 1), (tv.Adstock.Shape, tv.Adstock.Terms, tv.Adstock.LagWeeks));
        Assert.Equal(new Prior(PriorKind.Uniform, 2, 6), tv.Adstock.Parameters[0].Prior);
        Assert.Equal([new Prior(PriorKind.Fixed, 1), new Prior(PriorKind.LogNormal, 0, 0.5)], tv.Saturation.Parameters.Select(p => p.Prior));
        Assert.Equal(new EffectSpec(EffectKind.Roi, new Prior(PriorKind.LogNormal, 0.2, 0.9)), tv.Effect);
        Assert.Equal((AdstockShape.WeibullPdf, false), (spec.Channels[1].Adstock.Shape, spec.Channels[1].Adstock.Normalize));
        Assert.Equal(Impact.Negative, spec.Controls[0].Impact);
        Assert.Equal((3, 26.0, 2), (spec.FourierOrder, spec.TrendPeriods, spec.Holidays.Count));
        Assert.Equal(new DateOnly(2024, 1, 15), spec.LiftTests[0].MeasuredTo);
        Assert.Equal((500, 7UL), (spec.Particles, spec.Seed));
    }

    [Theory]
    [InlineData("targt: y\n" + Minimal, "s.yaml:1:1", "did you mean 'target'")]
    [InlineData("target: y\ndate: d\n", "s.yaml:1:1", "needs 'channels'")]
    [InlineData("target: y\ndate: d\nchannels:\n  tv: { adstock: { kernel: geometrc } }\n", "s.yaml:4:28", "'geometric'")]
    [InlineData("target: y\ndate: d\nchannels:\n  tv: { adstock: { kernel: geometric, alpha: { beta: [1] } } }\n", "s.yaml:4:54", "two numbers")]
    [InlineData("target: y\ndate: d\nchannels:\n  tv: { saturation: { curve: hill, lam: 1 } }\n", "s.yaml:4:36", "has no 'lam'")]
    [InlineData("target: y\ndate: d\nchannels:\n  tv: { effect: { roi: { logNormal: [0, 1] } } }\n", "s.yaml:4:3", "no 'spend'")]
    [InlineData("target: y\ndate: d\ntrainingWeeks: 104\nchannels:\n  tv: { adstock: { kernel: lookback, lag: 10 } }\n", "s.yaml:5:18", "allows 13")]
    [InlineData("form: multiplicative\n" + Minimal + "liftTests: [{ channel: tv, from: 2024-01-01, to: 2024-01-08, media: 1, lift: 1, error: 1 }]\n", "s.yaml:6:1", "additive")]
    [InlineData(Minimal + "liftTests: [{ channel: radio, from: 2024-01-01, to: 2024-01-08, media: 1, lift: 1, error: 1 }]\n", "s.yaml:5:24", "no channel 'radio'")]
    [InlineData(Minimal + "noise: { prior: { halfNormal: -1 } }\n", "s.yaml:5:31", "above 0")]
    [InlineData("a: [", "s.yaml:", "not YAML")]
    public void What_is_wrong_is_said_with_its_place(string text, string place, string words)
    {
        MixSpecResult result = MixSpecReader.Parse(text, "s.yaml");

        Assert.Null(result.Spec);
        Assert.Contains(result.Problems, problem => problem.ToString().StartsWith(place, StringComparison.Ordinal) && problem.Message.Contains(words));
    }

    [Theory]
    [InlineData("d,y\n2024-01-01,1\n", "t.csv:1:1", "no column 'tv'")]
    [InlineData("d,y,tv\n2024-01-01,1\n", "t.csv:2:1", "2 fields")]
    [InlineData("d,y,tv\n2024-01-01,1,x\n", "t.csv:2:14", "found 'x'")]
    [InlineData("d,y,tv\n2024-01-01,1,-2\n", "t.csv:2:14", "never negative")]
    [InlineData("d,y,tv\n01.01.2024,1,2\n", "t.csv:2:1", "is a date")]
    [InlineData("d,y,tv\n2024-01-08,1,2\n2024-01-01,1,2\n", "t.csv:3:1", "does not come after")]
    [InlineData("d,y,tv\n", "t.csv:1:1", "no rows")]
    public void A_table_is_refused_with_the_place(string text, string place, string words)
    {
        MixTable table = MixTable.Read(text, "t.csv", Read(Minimal));

        Assert.Empty(table.Observations);
        Assert.Contains(table.Problems, problem => problem.ToString().StartsWith(place + ":", StringComparison.Ordinal) && problem.Message.Contains(words));
    }

    [Fact]
    public void A_table_may_have_quotes_and_columns_that_nobody_asked_for()
    {
        MixTable table = MixTable.Read("note,\"tv\",d,y\r\n\"a, b\",\"2.5\",2024-01-01,1e1\r\n", "t.csv", Read(Minimal));

        MixObservation row = Assert.Single(table.Observations);
        Assert.Equal((new DateOnly(2024, 1, 1), 10.0, 2.5), (row.Date, row.Target, row.Inputs[0]));
    }

    [Fact]
    public void Scales_that_are_left_open_come_from_the_first_weeks_and_stay()
    {
        MixSpec spec = Read(Minimal) with { ScaleWindow = 3, Particles = 50 };
        List<MixObservation> weeks = [.. MixExample.Weeks(10, 2)];
        weeks[8] = weeks[8] with { Inputs = [100], Target = 500 };
        MixModel model = MixExample.Fit(spec, weeks);

        Assert.Equal(weeks.Take(3).Max(week => week.Inputs[0]), model.History.Scales.Media[0]);
        Assert.Equal(weeks.Take(3).Max(week => week.Target), model.History.Scales.Target);
    }

    private static MixSpec Read(string text)
    {
        MixSpecResult result = MixSpecReader.Parse(text, "s.yaml");
        Assert.Empty(result.Problems);
        return result.Spec!;
    }
}
