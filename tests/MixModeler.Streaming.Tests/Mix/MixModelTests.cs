using System.Text.Json;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

public sealed class MixModelTests
{
    [Fact]
    public void The_stream_stands_where_the_batch_does_and_where_the_published_reference_does()
    {
        MixSpec spec = MixExample.Spec();
        MixModel model = MixExample.Fit(spec, MixExample.Rows(spec));
        MixReport report = MixReport.Of(model);
        MixCertificate certificate = MixCertificate.Make(model);

        Assert.True(certificate.Holds, string.Join('\n', certificate.Distances) + $"\nR-hat {certificate.RHatMax}");
        JsonElement batch = MixExample.Reference().GetProperty("batch_collapsed_mcmc");
        AssertNear(report, "x1.alpha", batch.GetProperty("alpha"), 0);
        AssertNear(report, "x2.alpha", batch.GetProperty("alpha"), 1);
        AssertNear(report, "x1.lam", batch.GetProperty("lam_original_units"), 0);
        AssertNear(report, "x2.lam", batch.GetProperty("lam_original_units"), 1);
        AssertNear(report, "x1.beta", batch.GetProperty("beta"), 0);
        AssertNear(report, "x2.beta", batch.GetProperty("beta"), 1);
        AssertNear(report, "sigma", batch.GetProperty("sigma"), null);
        JsonElement totals = batch.GetProperty("contribution_total").GetProperty("mean");
        for (int c = 0; c < 2; c++)
        {
            MixEstimate total = report.Contributions[c].Total;
            Assert.Equal(totals[c].GetDouble(), total.Mean, 3 * total.MonteCarloError);
        }

        Assert.InRange(report.Fit.R2, 0.9075, 1);
        Assert.InRange(report.Fit.Nrmse, 0, 0.0676);
        Assert.InRange(report.Fit.Mape, 0, 0.0549);
    }

    [Fact]
    public void A_model_that_was_put_away_goes_on_with_the_same_bits()
    {
        MixSpec spec = MixExample.Spec() with { Particles = 150, Seed = 9, LiftTests = [Lift(4)] };
        IReadOnlyList<MixObservation> rows = [.. MixExample.Rows(spec).Take(80)];
        MixModel whole = MixExample.Fit(spec, rows);
        foreach (int cut in new[] { 1, 37, 62, 79 })
        {
            MixModel resumed = MixSnapshot.Read(MixSnapshot.Write(MixExample.Fit(spec, rows.Take(cut))), spec);
            foreach (MixObservation row in rows.Skip(cut))
            {
                resumed.Update(row);
            }

            Assert.Equal(MixSnapshot.Write(whole), MixSnapshot.Write(resumed));
        }

        Assert.NotEqual(MixSnapshot.Write(whole), MixSnapshot.Write(MixExample.Fit(spec with { Seed = 10 }, rows)));
    }

    [Fact]
    public void Damaged_bytes_and_those_of_another_spec_are_refused()
    {
        MixSpec spec = MixExample.Spec() with { Particles = 50 };
        byte[] bytes = MixSnapshot.Write(MixExample.Fit(spec, MixExample.Rows(spec).Take(5)));

        Assert.Throws<InvalidDataException>(() => MixSnapshot.Read(bytes, spec with { Seed = 3 }));
        bytes[bytes.Length / 2] ^= 1;
        Assert.Throws<InvalidDataException>(() => MixSnapshot.Read(bytes, spec));
        Assert.Throws<InvalidDataException>(() => MixSnapshot.Read([1, 2, 3], spec));
    }

    [Fact]
    public void A_revised_week_leaves_the_bits_of_a_run_that_knew_it_from_the_start()
    {
        MixSpec spec = MixExample.Spec() with { Particles = 150 };
        List<MixObservation> rows = [.. MixExample.Rows(spec).Take(70)];
        MixReplay replay = new(MixModel.Create(spec, rows), every: 20);
        foreach (MixObservation row in rows.Take(50))
        {
            replay.Update(row);
        }

        replay.AddLiftTest(Lift(0));
        foreach (MixObservation row in rows.Skip(50))
        {
            replay.Update(row);
        }

        MixObservation revised = rows[45] with { Target = rows[45].Target + 2_000 };
        IReadOnlyList<MixShift> shifts = replay.Revise(revised);
        rows[45] = revised;
        MixModel straight = MixModel.Create(spec, rows);
        for (int t = 0; t < rows.Count; t++)
        {
            straight.Update(rows[t]);
            if (t == 49)
            {
                straight.AddLiftTest(Lift(0));
            }
        }

        Assert.Equal(MixSnapshot.Write(straight), MixSnapshot.Write(replay.Model));
        Assert.Contains(shifts, shift => shift.Name == "sigma" && shift.After > shift.Before);
        Assert.Throws<ArgumentException>(() => replay.Revise(revised with { Date = revised.Date.AddDays(1) }));
    }

    [Fact]
    public void A_lift_test_moves_the_effect_as_a_normal_observation_does()
    {
        // So little noise that the effect is far from zero and its posterior a whole normal.
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.Normal, 0.4, 0.2)), sigma: 0.05) with { Particles = 4_000 };
        List<MixObservation> weeks = MixExample.Weeks(30, 8);
        MixModel model = MixExample.Fit(spec, weeks);
        MixEstimate before = MixReport.Of(model).Parameters[0];
        // One week got 4 units more; measured until two weeks later all of its carry-over is in: (1 + 0.5 + 0.25) x 4 / 2 = 3.5.
        LiftTest test = new("tv", weeks[10].Date, weeks[10].Date, weeks[12].Date, 4, 21, 2);
        model.AddLiftTest(test);
        MixEstimate after = MixReport.Of(model).Parameters[0];

        (double mean, double precision) = (before.Mean / 10, 100 / (before.Sd * before.Sd));
        double lifted = precision + 3.5 * 3.5 / (0.2 * 0.2);
        double expected = (precision * mean + 3.5 * 2.1 / (0.2 * 0.2)) / lifted;
        Assert.True(before.Mean > 5 * before.Sd, "far from zero");
        Assert.True(Math.Abs(after.Mean - before.Mean) > 0.2 * before.Sd, "the experiment told something");
        Assert.Equal(10 * expected, after.Mean, 4 * (after.MonteCarloError + before.MonteCarloError));
        Assert.Equal(10 / Math.Sqrt(lifted), after.Sd, 0.05 * after.Sd);
    }

    [Fact]
    public void An_experiment_weighs_the_same_before_and_after_the_weeks_that_follow()
    {
        MixSpec spec = MixExample.Spec("mmm_example_ordinary.yaml") with { Particles = 600 };
        IReadOnlyList<MixObservation> rows = MixExample.Rows(spec);
        MixModel early = MixExample.Fit(spec with { LiftTests = [Lift(0)] }, rows);
        MixModel late = MixExample.Fit(spec with { Seed = 2 }, rows);
        MixReport without = MixReport.Of(late);
        late.AddLiftTest(Lift(0));
        MixEstimate[] first = [.. MixReport.Of(early).Contributions.Select(each => each.Total)];
        MixEstimate[] second = [.. MixReport.Of(late).Contributions.Select(each => each.Total)];

        for (int c = 0; c < 2; c++)
        {
            double error = Math.Sqrt(Math.Pow(first[c].MonteCarloError, 2) + Math.Pow(second[c].MonteCarloError, 2));
            Assert.Equal(first[c].Mean, second[c].Mean, 3.5 * error);
        }

        Assert.True(second[0].Sd < 0.8 * without.Contributions[0].Total.Sd, "the experiment told something");
    }

    [Fact]
    public void Factors_keep_their_sign()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1))) with
        {
            Controls =
            [
                new ControlSpec("price", "price", Impact.Negative, 2, 4, new Prior(PriorKind.Normal, 0, 0.5)),
                new ControlSpec("promo", "promo", Impact.Positive, 2, 4, new Prior(PriorKind.Normal, 0, 0.5)),
                new ControlSpec("free", "free", Impact.Auto, 2, 4, new Prior(PriorKind.Normal, 0, 0.5)),
            ],
        };
        List<MixObservation> weeks = MixExample.Weeks(40, 12, inputs: 4);
        // Inputs stand in the order price, promo, free, tv: the outcome follows price, against its sign, and free downwards.
        weeks = [.. weeks.Select(week => week with { Target = 5 + week.Inputs[0] - week.Inputs[2] })];
        MixReport report = MixReport.Of(MixExample.Fit(spec, weeks));
        MixEstimate Of(string name) => report.Parameters.Single(parameter => parameter.Name == name);

        Assert.True(Of("price").Q95 <= 0);
        Assert.True(Of("promo").Q05 >= 0);
        Assert.InRange(Of("free").Mean, -4 - 2 * Of("free").Sd, -4 + 2 * Of("free").Sd);
        Assert.True(Of("free").Q95 < 0);
    }

    [Fact]
    public void The_multiplicative_form_finds_the_multipliers_of_its_own_kind()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1))) with
        {
            Form = MixForm.Multiplicative,
            Noise = new Prior(PriorKind.HalfNormal, 0.5),
            Particles = 400,
        };
        MixSimulation simulated = MixSimulation.Of(spec, MixExample.Weeks(120, 5), 21);
        MixModel model = MixExample.Fit(spec, simulated.Observations);
        MixReport report = MixReport.Of(model);

        for (int i = 0; i < report.Parameters.Count; i++)
        {
            MixEstimate estimate = report.Parameters[i];
            Assert.Equal(simulated.Truth[i], estimate.Mean, 4 * estimate.Sd);
        }

        // Contributions and baseline are the expected outcome, week by week.
        MixPath path = new(model.Layout, model.ParticleLayout, model.History);
        path.Fill(new MixLikelihood(model.Layout, model.ParticleLayout), model.Cloud[0]);
        for (int t = 0; t < model.Periods; t++)
        {
            Assert.Equal(path.Expected[t], path.Baseline[t] + path.Contribution(0)[t], 1e-9 * path.Expected[t]);
        }
    }

    [Fact]
    public void A_week_that_moves_no_particles_allocates_next_to_nothing()
    {
        MixSpec spec = MixExample.Spec() with { Particles = 300 };
        IReadOnlyList<MixObservation> rows = MixExample.Rows(spec);
        MixModel model = MixExample.Fit(spec, rows.Take(120));
        List<long> allocated = [];
        foreach (MixObservation row in rows.Skip(120))
        {
            int before = model.Resamplings;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            model.Update(row);
            if (model.Resamplings == before)
            {
                allocated.Add(GC.GetAllocatedBytesForCurrentThread() - bytes);
            }
        }

        Assert.True(allocated.Count > 20, "there were quiet weeks");
        Assert.Equal(0, allocated.Order().ElementAt(allocated.Count / 2));
    }

    [Fact]
    public void Weeks_that_cannot_be_are_refused_and_leave_no_trace()
    {
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1)));
        List<MixObservation> weeks = MixExample.Weeks(3, 1);
        MixModel model = MixExample.Fit(spec, weeks);
        byte[] before = MixSnapshot.Write(model);
        DateOnly next = weeks[^1].Date.AddDays(7);

        Assert.Throws<ArgumentException>(() => model.Update(weeks[0]));
        Assert.Throws<ArgumentException>(() => model.Update(new MixObservation(next, double.NaN, [1])));
        Assert.Throws<ArgumentException>(() => model.Update(new MixObservation(next, 1, [-1])));
        Assert.Throws<ArgumentException>(() => model.Update(new MixObservation(next, 1, [])));
        Assert.Throws<ArgumentException>(() => model.AddLiftTest(new LiftTest("radio", next, next, next, 1, 1, 1)));
        Assert.Equal(before, MixSnapshot.Write(model));
    }

    private static LiftTest Lift(int later)
    {
        DateOnly from = new DateOnly(2018, 10, 1).AddDays(7 * later);
        return new LiftTest("x1", from, from.AddDays(21), from.AddDays(49), 0.3, 3_300, 150);
    }

    private static void AssertNear(MixReport report, string name, JsonElement reference, int? index)
    {
        JsonElement mean = reference.GetProperty("mean");
        MixEstimate estimate = report.Parameters.Single(parameter => parameter.Name == name);
        double expected = index is int i ? mean[i].GetDouble() : mean.GetDouble();
        Assert.True(
            Math.Abs(expected - estimate.Mean) <= 3 * estimate.MonteCarloError,
            $"{name}: {estimate.Mean} ± {estimate.MonteCarloError}, the reference {expected}");
    }
}
