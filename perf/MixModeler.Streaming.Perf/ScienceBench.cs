using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench science`: simulation-based calibration of the mix. Truths are drawn from the priors, outcomes made with them, the stream is
/// run over them; intervals must cover as often as they say and ranks of the truths must be even.
/// </summary>
internal sealed class ScienceBench : IBench
{
    private const int Bins = 10;
    private const int Weeks = 104;

    public string Name => "science";

    public string Summary => "coverage of the mix's intervals and evenness of ranks, over simulated data sets";

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        int sets = settings.Quick ? 40 : 240;
        (MixSpec example, IReadOnlyList<MixObservation> rows) = MixBench.Load("mmm_example_ordinary.yaml");
        // Noise between 3 % and 15 % of the scale: data that say something, and not everything.
        MixSpec spec = example with { TargetScale = 1, Particles = 500, Noise = new Prior(PriorKind.LogNormal, -2.7, 0.4) };
        MixObservation[] media = [.. rows.Take(Weeks)];
        settings.Say($"{sets} data sets of {Weeks} weeks, seeds 1 to {sets}");
        List<BenchRow> result = Calibrate(spec, media, sets, "", settings, stop);
        PathSpec path = new(26, Weeks, new Prior(PriorKind.HalfNormal, 0.2));
        MixSpec walking = spec with { Channels = [.. spec.Channels.Select(channel => channel with { Path = path })] };
        settings.Say("the same with effects that change with time");
        result.AddRange(Calibrate(walking, media, sets, "with paths: ", settings, stop));
        return Task.FromResult<IReadOnlyList<BenchRow>>(result);
    }

    private static List<BenchRow> Calibrate(
        MixSpec spec, MixObservation[] media, int sets, string prefix, BenchSettings settings, CancellationToken stop)
    {
        (double[] Ranks, bool[] Covered)[] results = new (double[], bool[])[sets];
        IReadOnlyList<string> names = [];
        for (int set = 0; set < sets; set++)
        {
            stop.ThrowIfCancellationRequested();
            MixSimulation simulated = MixSimulation.Of(spec, media, (ulong)set + 1);
            names = simulated.Names;
            results[set] = Judge(spec with { Seed = 1_000_000 + (ulong)set }, simulated);
            if (set % 20 == 19)
            {
                settings.Say($"{set + 1} of {sets}");
            }
        }

        return [.. Rows(names, results).Select(row => row with { Name = prefix + row.Name })];
    }

    private static (double[] Ranks, bool[] Covered) Judge(MixSpec spec, MixSimulation simulated)
    {
        MixModel model = MixModel.Create(spec, simulated.Observations);
        foreach (MixObservation row in simulated.Observations)
        {
            model.Update(row);
        }

        MixDraws draws = MixReport.DrawsOf(model);
        double[] ranks = new double[draws.Names.Count];
        bool[] covered = new bool[draws.Names.Count];
        for (int name = 0; name < ranks.Length; name++)
        {
            MixEstimate estimate = MixEstimate.Of(draws, name, model.Cloud.Grandparents);
            double truth = simulated.Truth[name];
            covered[name] = truth >= estimate.Q05 && truth <= estimate.Q95;
            for (int i = 0; i < draws.Count; i++)
            {
                ranks[name] += draws[i, name] < truth ? draws.Weights[i] : 0;
            }
        }

        return (ranks, covered);
    }

    private static List<BenchRow> Rows(IReadOnlyList<string> names, (double[] Ranks, bool[] Covered)[] results)
    {
        List<BenchRow> rows = [];
        double least = 1;
        for (int name = 0; name < names.Count; name++)
        {
            double share = results.Average(result => result.Covered[name] ? 1.0 : 0);
            double[] bins = new double[Bins];
            foreach ((double[] ranks, _) in results)
            {
                bins[Math.Min(Bins - 1, (int)(ranks[name] * Bins))]++;
            }

            double expected = (double)results.Length / Bins;
            double chi = bins.Sum(bin => (bin - expected) * (bin - expected) / expected);
            double p = UpperChiSquare(chi, Bins - 1);
            least = Math.Min(least, p);
            rows.Add(new($"{names[name]}: 90 % interval covers", 100 * share, "%", "wanted", 90));
            rows.Add(new($"{names[name]}: ranks even, p", p, "", "chi-square of 9", chi));
        }

        double all = results.Average(result => result.Covered.Average(covered => covered ? 1.0 : 0));
        rows.Insert(0, new("all numbers: 90 % interval covers", 100 * all, "%", "wanted", 90));
        // With so many tests the least p is small by chance alone: times their number it should not be.
        rows.Insert(1, new("least p of even ranks, times their number", Math.Min(1, least * names.Count), "", "suspicious below", 0.05));
        return rows;
    }

    // Wilson and Hilferty 1931: good to three digits for nine degrees of freedom.
    private static double UpperChiSquare(double chi, int degrees)
    {
        double v = 2.0 / (9 * degrees);
        return 1 - NormalCurve.Cumulative((Math.Cbrt(chi / degrees) - 1 + v) / Math.Sqrt(v));
    }
}
