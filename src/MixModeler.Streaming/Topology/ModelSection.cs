namespace MixModeler.Streaming.Topology;

/// <summary>`model`: what is learned, from which label, and how fast.</summary>
internal static class ModelSection
{
    private static readonly TimeSpan WithinMin = TimeSpan.FromSeconds(1);

    // Examples wait this long in the state before they are settled.
    private static readonly TimeSpan WithinMax = TimeSpan.FromDays(366);

    private static readonly ModelPlan Otherwise = new() { Name = "", LabelEvent = "", ProfilePath = "" };
    private static readonly NumberRange Penalty = NumberRange.Inclusive(0, 1_000_000);

    private static readonly Member[] Members =
    [
        new("label", Shape.Map(
            new("event", Shape.Text, "The type of the event that is predicted.") { Required = true },
            new("within", Shape.Span(WithinMin, WithinMax), "How long after a decision it counts.") { Default = Otherwise.LabelWithin }),
            "What is predicted.") { Required = true },
        // At 0 and at 1 the log-odds are infinite.
        new("baseRate", Shape.Number(new NumberRange(0, false, 1, false)), "P(label) before anything was learned.") { Default = Otherwise.BaseRate },
        new("learner", Shape.Map(
            new("alpha", Shape.Number(new NumberRange(0, false, 1_000, true)), "Learning rate.") { Default = Otherwise.Learner.Alpha },
            new("beta", Shape.Number(Penalty), "Smooths the learning rate of the first examples.") { Default = Otherwise.Learner.Beta },
            new("l1", Shape.Number(Penalty), "Penalty that makes weights zero.") { Default = Otherwise.Learner.L1 },
            new("l2", Shape.Number(Penalty), "Penalty that makes weights small.") { Default = Otherwise.Learner.L2 },
            new("window", Shape.Count(100, 1_000_000), "Examples in the sliding window of the metrics.") { Default = Otherwise.Learner.WindowExamples }),
            "How fast it learns (FTRL-Proximal)."),
        new("profile", Shape.Path, "Where the score stands in the profile; _TENANT.NAME where nothing is said."),
    ];

    public static Shape Single { get; } = Shape.Map(
        [new("name", Shape.Name("-_"), "The model's name, part of keys and topics.") { Required = true }, .. Members]);

    private static readonly Shape OfSeveral = Shape.Map(Members);

    public static Shape Several { get; } = Shape.Named("-_", OfSeveral);

    private static readonly Shape Score = Shape.Map(
        new Member("profile", Shape.Path, "Where the score stands in the profile; _TENANT.NAME where nothing is said."));

    public static Shape Scores { get; } = Shape.Named("-_", Score);

    /// <summary>Null where the topology has no model.</summary>
    public static ModelPlan? Read(MapReader root, string tenant, ProblemList problems)
    {
        MapReader? map = null;
        string name = "";
        if (root.Has("models"))
        {
            (YamlNode Key, YamlNode Value)[] models = [.. root.Named("models", "a model")];
            foreach ((YamlNode key, YamlNode value) in models.OrderBy(model => model.Key.Place.Line).ThenBy(model => model.Key.Place.Column))
            {
                if (name.Length > 0)
                {
                    problems.Add(key, $"the model {YamlNode.Quote(key.Text)} is one too many beside '{name}': this version learns one model a topology");
                    continue;
                }

                name = key.Text;
                map = MapReader.Open(value, $"the model {YamlNode.Quote(name)}", problems, OfSeveral);
            }
        }
        else if (root.Open("model") is MapReader single)
        {
            map = single;
            name = single.Name("name") ?? "";
        }

        string? scorePath = ReadScores(root, map, name, problems);
        return map is null ? null : ReadModel(map, name, scorePath ?? $"_{tenant}.{name}", problems);
    }

    private static ModelPlan ReadModel(MapReader model, string name, string profilePath, ProblemList problems)
    {
        MapReader? label = model.Open("label");
        MapReader? learner = model.Open("learner");
        return new ModelPlan
        {
            Name = name,
            LabelEvent = label?.Text("event") ?? "",
            LabelWithin = label?.Span("within") ?? Otherwise.LabelWithin,
            BaseRate = model.Number("baseRate"),
            Learner = learner is null ? new LearnerOptions() : ReadLearner(learner),
            ProfilePath = model.Path("profile") ?? profilePath,
        };
    }

    private static LearnerOptions ReadLearner(MapReader learner) => new()
    {
        Alpha = learner.Number("alpha"),
        Beta = learner.Number("beta"),
        L1 = learner.Number("l1"),
        L2 = learner.Number("l2"),
        WindowExamples = learner.Count("window"),
    };

    // `scores: { MODEL: { profile } }`: the other place for a model's path.
    private static string? ReadScores(MapReader root, MapReader? model, string modelName, ProblemList problems)
    {
        string? path = null;
        foreach ((YamlNode key, YamlNode value) in root.Named("scores", "a model's score"))
        {
            MapReader? score = MapReader.Open(value, $"the score {YamlNode.Quote(key.Text)}", problems, Score);
            if (model is null ? !root.Has("model") && !root.Has("models") : modelName.Length > 0 && key.Text != modelName)
            {
                string advice = model is null ? ": the topology has none" : NearestName.Advice(key.Text, [modelName]);
                problems.Add(key, $"there is no model {YamlNode.Quote(key.Text)}{advice}");
            }
            else if (score is not null && score.Has("profile") && model?.Has("profile") == true)
            {
                problems.Add(score.KeyNode("profile"), $"'profile' is here twice; first in {model.KeyNode("profile").SeenFrom(key)}");
            }

            path ??= score?.Path("profile");
        }

        return path;
    }
}
