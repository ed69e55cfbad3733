using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Outcomes that a model holds possible before it has seen any: all its numbers are drawn from their priors and outcomes made with them
/// over given media. A model that is right covers these truths as often as it says (simulation-based calibration, Talts and others 2018).
/// </summary>
/// <param name="Names">As in a report: parameters, then `contribution.CHANNEL`.</param>
/// <param name="Truth">In the order of the names.</param>
/// <param name="Observations">The media with outcomes of that truth.</param>
internal sealed record MixSimulation(IReadOnlyList<string> Names, double[] Truth, IReadOnlyList<MixObservation> Observations)
{
    /// <param name="spec">With fixed scales.</param>
    /// <param name="inputs">Periods; their outcomes are not looked at.</param>
    /// <param name="seed">Of the truth and the noise.</param>
    public static MixSimulation Of(MixSpec spec, IReadOnlyList<MixObservation> inputs, ulong seed)
    {
        // One particle drawn from the prior, over a history whose outcomes are not known yet.
        MixSpec one = spec with { Particles = 1, Seed = seed, LiftTests = [] };
        MixLayout layout = new(one);
        MixModel model = MixModel.Create(one, inputs);
        MixLikelihood likelihood = new(layout, model.ParticleLayout);
        Span<double> particle = model.Cloud[0];
        double[] drawn = model.ParticleLayout.CoefficientsOf(particle).ToArray();
        foreach (MixObservation input in inputs)
        {
            model.History.Append(input with { Target = model.History.Scales.Target });
        }

        // Effects on the particle need the history before they are coefficients.
        likelihood.Rebuild(model.History, [], particle);
        likelihood.LogLikelihood(model.History, particle);
        foreach (int integrated in layout.Integrated)
        {
            model.ParticleLayout.CoefficientsOf(particle)[integrated] = drawn[integrated];
        }

        MixPath path = new(layout, model.ParticleLayout, model.History);
        path.Fill(likelihood, particle);
        MixDraws truth = new(layout, model.ParticleLayout, model.History);
        truth.Add(likelihood, particle, 1);
        double sigma = likelihood.Sigma(particle);
        KeyedRandom random = new(seed, 0, Purpose.Simulate, 0);
        List<MixObservation> observations = [];
        for (int t = 0; t < inputs.Count; t++)
        {
            RegionNumbers[]? regions = RegionsOf(inputs[t].Regions, model, path, t, sigma, ref random);
            double noise = regions is null ? sigma * random.Normal() : 0;
            double outcome = regions is not null ? regions.Sum(region => region.Target)
                : spec.Form == MixForm.Additive ? path.Expected[t] + noise * model.History.Scales.Target
                : path.Expected[t] * Math.Exp(noise);
            double[] credited = Credited(inputs[t].Inputs, model, likelihood, path, t, ref random);
            observations.Add(inputs[t] with { Target = outcome, Inputs = credited, Regions = regions });
        }

        return new MixSimulation(truth.Names, [.. Enumerable.Range(0, truth.Names.Count).Select(name => truth[0, name])], observations);
    }

    private static RegionNumbers[]? RegionsOf(RegionNumbers[]? given, MixModel model, MixPath path, int t, double sigma, ref KeyedRandom random)
    {
        RegionNumbers[]? regions = given?.ToArray();
        for (int r = 0; r < (regions?.Length ?? 0); r++)
        {
            double noise = sigma * model.History.Scales.Target * model.History.Regions!.Shares[r] * random.Normal();
            regions![r] = regions[r] with { Target = path.Region(r)[t] + noise };
        }

        return regions;
    }

    // What attribution would say of these truths, where the spec has it say something.
    private static double[] Credited(double[] given, MixModel model, MixLikelihood likelihood, MixPath path, int t, ref KeyedRandom random)
    {
        double[] values = [.. given];
        for (int c = 0; c < model.Layout.Channels.Length; c++)
        {
            int input = model.Layout.CreditInputs[c];
            if (input >= 0 && !double.IsNaN(values[input]))
            {
                (double bias, double error) = likelihood.Told.CreditOf(c, model.Cloud[0]);
                values[input] = bias * path.Contribution(c)[t] + error * model.History.Scales.Target * random.Normal();
            }
        }

        return values;
    }
}
