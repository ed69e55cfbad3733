using System.Globalization;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Perf;

// The features and rules of topologies/luma-propensity with made-up visitors: half of the features are known on average.
internal static class EdgeBenchSample
{
    public const int Visitors = 100_000;
    private const int Seed = 20_261_121;

    private static readonly string[] Counts =
        ["emailsReceived", "emailsOpened", "emailsClicked", "productsViewed", "propositionInteracts", "propositionDismissed", "webLinkClicks"];

    private static readonly string[] Since =
        ["emailSent", "emailOpened", "emailClick", "productView", "propositionInteract", "propositionDismiss", "linkClick"];

    // The wall clock, so that reading features costs what it costs a live site.
    public static DecisionDocument Plan() => new()
    {
        Topology = "luma-propensity",
        Version = "bench",
        Model = "propensity",
        BaseRate = 0.02,
        Clock = "wall",
        Features =
        [
            .. Counts.Select(name => new Feature(name, FeatureKind.Count)),
            .. Since.Select(name => new Feature("minutes_since_" + name, FeatureKind.MinutesSince)),
        ],
        Scopes =
        [
            new ScopeDocument
            {
                Scope = "home-hero",
                Rules =
                [
                    new RuleDocument { Name = "about-to-subscribe", Show = "subscribe-now", ScoreFrom = 0.1, ScoreTo = 1 },
                    new RuleDocument
                    {
                        Name = "engaged-by-email",
                        Show = "newsletter-benefits",
                        ScoreFrom = 0.02,
                        ScoreTo = 0.1,
                        Features = [new FeatureCondition { Feature = "emailsClicked", AtLeast = 1 }],
                    },
                    new RuleDocument
                    {
                        Name = "curious-on-mobile",
                        Show = "app-teaser",
                        ScoreFrom = 0.02,
                        ScoreTo = 0.1,
                        Attributes = [new AttributeCondition { Name = "device", AnyOf = ["mobile", "tablet"] }],
                    },
                ],
                Otherwise = "brand-story",
                Unknown = "welcome",
            },
        ],
    };

    public static ModelDocument Model(FeatureSchema schema)
    {
        Random random = new(Seed);
        double[] weights = [.. Enumerable.Range(0, schema.InputCount).Select(_ => random.NextDouble() * 0.4 - 0.2)];
        double?[] values = [.. schema.Features.Select(feature => feature.Kind == FeatureKind.Count ? 0 : (double?)null)];
        return new ModelDocument
        {
            Topology = "luma-propensity",
            Model = "propensity",
            Version = 18_230,
            Bias = -3,
            Weights = weights,
            Inputs = [.. schema.InputNames],
            Golden = [new GoldenScore { Values = values, Score = LinearModel.Sigmoid(-3) }],
        };
    }

    // As redis-benchmark spells __rand_int__.
    public static byte[] Visitor(int number) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"visitor-{number:D12}"));

    public static IEnumerable<RecordBatch> Scores(FeatureSchema schema, long nowMs)
    {
        Random random = new(Seed);
        ScoreRecordWriter writer = new(schema, "propensity");
        RecordBatch batch = new();
        for (int i = 0; i < Visitors; i++)
        {
            byte[] visitor = Visitor(i);
            long[] row = Row(random, schema, nowMs);
            batch.Add(i, nowMs, visitor, writer.Write(visitor, 0.05, 18_230, row[0], new Origin(0, i, 0), nowMs, row));
            if (batch.IsFull)
            {
                yield return batch;
                batch.Clear();
            }
        }

        yield return batch;
    }

    public static long[] Row(Random random, FeatureSchema schema, long nowMs)
    {
        long[] row = new long[schema.RowWords];
        row[0] = nowMs - random.Next(1_000_000);
        for (int i = 0; i < schema.Features.Length; i++)
        {
            bool isKnown = random.Next(2) == 0;
            bool isCount = schema.Features[i].Kind == FeatureKind.Count;
            row[1 + i] = !isKnown ? 0 : isCount ? random.Next(1, 30) : row[0] - random.Next(1_000_000_000);
        }

        return row;
    }
}
