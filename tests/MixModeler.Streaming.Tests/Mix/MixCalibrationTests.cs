using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

public sealed class MixCalibrationTests
{
    /// <summary>A small copy of `bench science`, which takes 200 data sets.</summary>
    [Fact]
    public void Intervals_cover_the_truth_about_as_often_as_they_say()
    {
        const int Sets = 24;
        MixSpec spec = MixExample.Spec("mmm_example_ordinary.yaml") with
        {
            TargetScale = 1, Particles = 200, Controls = [], FourierOrder = 0, Noise = new Prior(PriorKind.LogNormal, -2.5, 0.3),
        };
        MixObservation[] media = [.. MixExample.Rows(spec).Take(60)];
        (int covered, int all) = (0, 0);
        for (ulong set = 1; set <= Sets; set++)
        {
            MixSimulation simulated = MixSimulation.Of(spec, media, set);
            MixModel model = MixExample.Fit(spec with { Seed = 1_000 + set }, simulated.Observations);
            MixDraws draws = MixReport.DrawsOf(model);
            for (int name = 0; name < draws.Names.Count; name++)
            {
                MixEstimate estimate = MixEstimate.Of(draws, name, model.Cloud.Grandparents);
                covered += simulated.Truth[name] >= estimate.Q05 && simulated.Truth[name] <= estimate.Q95 ? 1 : 0;
                all++;
            }
        }

        // Numbers of one set are not independent: as if there were three of them.
        double error = Math.Sqrt(0.9 * 0.1 / (3 * Sets));
        Assert.InRange((double)covered / all, 0.9 - 2.5 * error, Math.Min(1, 0.9 + 2.5 * error));
    }
}
