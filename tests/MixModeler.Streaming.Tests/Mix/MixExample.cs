using System.Text.Json;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>The public example that the documents use, and small models for tests.</summary>
internal static class MixExample
{
    public static MixSpec Spec(string file = "mmm_example.yaml")
    {
        MixSpecResult read = MixSpecReader.Parse(RepositoryFiles.Read($"docs/science/data/{file}"), file);
        return read.Spec ?? throw new InvalidOperationException(string.Join('\n', read.Problems));
    }

    public static IReadOnlyList<MixObservation> Rows(MixSpec spec)
    {
        MixTable table = MixTable.Read(RepositoryFiles.Read("docs/science/data/mmm_example.csv"), "mmm_example.csv", spec);
        return table.Problems.Count == 0 ? table.Observations : throw new InvalidOperationException(string.Join('\n', table.Problems));
    }

    public static JsonElement Reference()
    {
        using JsonDocument document = JsonDocument.Parse(RepositoryFiles.Read("docs/science/data/mmm_example_reference.json"));
        return document.RootElement.Clone();
    }

    public static MixModel Fit(MixSpec spec, IEnumerable<MixObservation> rows)
    {
        MixModel model = MixModel.Create(spec, [.. rows]);
        foreach (MixObservation row in rows)
        {
            model.Update(row);
        }

        return model;
    }

    /// <summary>One channel whose carry-over and noise are known: everything that is left is linear.</summary>
    public static MixSpec Linear(EffectSpec effect, double sigma = 0.3) => new()
    {
        Target = "y",
        Date = "date",
        TargetScale = 10,
        Channels =
        [
            new ChannelSpec(
                "tv", "tv", "tv", 2,
                new AdstockSpec(AdstockShape.Geometric, 3, false, 0, [new("alpha", new Prior(PriorKind.Fixed, 0.5))]),
                SaturationSpec.None,
                effect),
        ],
        Noise = new Prior(PriorKind.Fixed, sigma),
        Intercept = new Prior(PriorKind.Normal, 0.2, 1.5),
        Particles = 200,
        WarmUp = 0,
    };

    public static List<MixObservation> Weeks(int count, ulong seed, int inputs = 1)
    {
        KeyedRandom random = new(seed, 0, 77, 0);
        List<MixObservation> weeks = [];
        for (int t = 0; t < count; t++)
        {
            double[] values = [.. Enumerable.Range(0, inputs).Select(_ => 4 * random.Uniform())];
            weeks.Add(new MixObservation(new DateOnly(2023, 1, 2).AddDays(7 * t), 5 + values[0] * 1.5 + 2 * random.Normal(), values));
        }

        return weeks;
    }
}
