using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Perf;

/// <summary>Part of `bench mix`: Meridian's simulated data of 40 regions, week by week, beside what Meridian published of them.</summary>
internal static class RegionRun
{
    private const string Peer = "Meridian, published";

    // Mean and 90 % interval of the ROI, from the output of Meridian's own demonstration, which ran 14 min 29 s on a T4 GPU.
    private static readonly (string Channel, double Mean, double Low, double High)[] Published =
    [
        ("Channel0", 1.613, 0.412, 3.181),
        ("Channel1", 0.939, 0.264, 1.997),
        ("Channel2", 1.240, 0.462, 2.316),
        ("Channel3", 0.798, 0.269, 1.582),
        ("Channel4", 1.648, 0.417, 3.435),
    ];

    public static void Add(List<BenchRow> rows, BenchSettings settings)
    {
        (MixSpec spec, IReadOnlyList<MixObservation> weeks) = MixBench.Load("meridian_geo.yaml", "meridian_geo.csv");
        spec = settings.Quick ? spec with { Particles = 100 } : spec;
        settings.Say($"{spec.Regions!.Members.Count} regions, {weeks.Count} weeks, {spec.Particles} particles");
        (MixModel model, List<double> times, double all) = MixBench.Run(spec, weeks);
        MixReport report = MixReport.Of(model);
        rows.Add(new("40 regions: all 156 weeks", all / 1_000, "s", "Meridian on a T4 GPU, published", 869));
        rows.Add(new("40 regions: one week, median", times.Order().ElementAt(times.Count / 2), "ms"));
        foreach ((string channel, double mean, double low, double high) in Published)
        {
            double roi = report.Contributions.Single(each => each.Channel == channel).Roi!.Mean;
            string where = roi >= low && roi <= high ? "inside" : "OUTSIDE";
            rows.Add(new($"40 regions: ROI of {channel}, {where} of {low} to {high}", roi, "", Peer, mean));
        }

        rows.Add(new("40 regions: R2 of regions' outcomes", report.Fit.Regions!.R2, "", Peer, 0.7738));
        rows.Add(new("40 regions: MAPE of regions' outcomes", report.Fit.Regions.Mape, "", Peer, 0.2557));
        rows.Add(new("40 regions: weighted MAPE of regions' outcomes", report.Fit.Regions.WeightedMape, "", Peer, 0.1998));
    }
}
