using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests;

/// <summary>A small topology: one count, one "minutes since", three rules; and what belongs to it.</summary>
internal static class Sample
{
    public const long EventMs = 1_788_256_800_000;

    public static readonly FeatureSchema Schema = new([new("clicks", FeatureKind.Count), new("since", FeatureKind.MinutesSince)]);

    public static DecisionDocument Plan(string clock = "wall", string version = "v1") => new()
    {
        Topology = "sample",
        Version = version,
        Model = "propensity",
        BaseRate = 0.02,
        Clock = clock,
        Features = [.. Schema.Features],
        Scopes =
        [
            new ScopeDocument
            {
                Scope = "home-hero",
                Rules =
                [
                    new RuleDocument { Name = "likely", Show = "subscribe-now", ScoreFrom = 0.5 },
                    new RuleDocument
                    {
                        Name = "on-mobile",
                        Show = "app-teaser",
                        Attributes = [new AttributeCondition { Name = "device", AnyOf = ["mobile", "tablet"] }],
                    },
                ],
                Otherwise = "brand-story",
                Unknown = "welcome",
            },
        ],
    };

    /// <summary>Score = σ(bias + perClick·ln(1+clicks) + perMinute·ln(1+minutes)).</summary>
    public static ModelDocument Model(long version, double bias, double perClick = 0, double perMinute = 0)
    {
        double[] weights = [perClick, 0, perMinute];
        return new ModelDocument
        {
            Topology = "sample",
            Model = "propensity",
            Version = version,
            Bias = bias,
            Weights = weights,
            Inputs = [.. Schema.InputNames],
            Golden = [new GoldenScore { Values = [1, null], Score = LinearModel.Sigmoid(bias + perClick * Math.Log(2)) }],
        };
    }

    public static RowHeader Header(string visitor, long offset, int partition = 0, long receivedMs = 0) =>
        new(Hash128.Of(Encoding.UTF8.GetBytes(visitor)), partition, offset, EventMs, receivedMs, 0.5, 1);

    public static long[] Row(long clicks, long lastMs = 0) => [EventMs, clicks, lastMs];

    /// <summary>An edge's state that is ready, with visitors "v0" … whose clicks are their numbers.</summary>
    public static EdgeState ReadyState(int visitors, string clock = "wall", double perMinute = 0)
    {
        EdgeState state = new();
        DecisionPlan plan = DecisionPlan.Compile(Plan(clock));
        Assert.True(ModelCheck.TryLoad(Model(7, 0, 0.1, perMinute), Schema, out LinearModel? model, out _));
        ProfileTable profiles = new(Schema.RowWords, 1_000_000);
        for (int i = 0; i < visitors; i++)
        {
            RowHeader header = Header($"v{i}", i, receivedMs: 1_000);
            profiles.Apply(in header, Row(i, EventMs));
        }

        state.Publish(new EdgeImage(plan, model, profiles, isReady: true));
        return state;
    }

    /// <summary>Score records of one partition; the origin's offset is also the record's.</summary>
    public static RecordBatch Scores(int partition, long firstOffset, long receivedMs, params (string Visitor, long Clicks)[] rows)
    {
        ScoreRecordWriter writer = new(Schema, "propensity");
        RecordBatch batch = new() { Partition = partition };
        for (int i = 0; i < rows.Length; i++)
        {
            byte[] id = Encoding.UTF8.GetBytes(rows[i].Visitor);
            Origin origin = new(partition, firstOffset + i, 0);
            batch.Add(
                origin.Offset, receivedMs, id, writer.Write(id, 0.5, 1, EventMs, origin, receivedMs, Row(rows[i].Clicks, EventMs)));
        }

        return batch;
    }
}
