namespace MixModeler.Streaming.Topology;

/// <summary>`model`: what is learned, from which label, and how fast.</summary>
internal static class ModelSection
{
    private static readonly TimeSpan WithinMin = TimeSpan.FromSeconds(1);

    // Examples wait this long in the state before they are settled.
    private static readonly TimeSpan WithinMax = TimeSpan.FromDays(366);

    /// <summary>Null where the topology has no model.</summary>
    public static ModelPlan? Read(MapReader root, string tenant, ProblemList problems)
    {
        YamlNode? node = root.Value("model", required: false);
        MapReader? model = node is null
            ? null
            : MapReader.Open(node, "'model'", problems, ["name", "label", "baseRate", "learner", "profile"]);
        if (model is null)
        {
            return null;
        }

        string name = model.Name("name", "-_") ?? "";
        ModelPlan otherwise = new() { Name = name, LabelEvent = "", ProfilePath = $"_{tenant}.{name}" };
        YamlNode? labelNode = model.Value("label", required: true);
        MapReader? label = labelNode is null ? null : MapReader.Open(labelNode, "'label'", problems, ["event", "within"]);
        return otherwise with
        {
            LabelEvent = label?.Text("event") ?? "",
            LabelWithin = label?.Span("within", WithinMin, WithinMax) ?? otherwise.LabelWithin,
            // At 0 and at 1 the log-odds are infinite.
            BaseRate = model.Number("baseRate", otherwise.BaseRate, new NumberRange(0, false, 1, false)),
            Learner = ReadLearner(model, problems),
            ProfilePath = model.Path("profile", required: false) ?? otherwise.ProfilePath,
        };
    }

    private static LearnerOptions ReadLearner(MapReader model, ProblemList problems)
    {
        LearnerOptions options = new();
        YamlNode? node = model.Value("learner", required: false);
        MapReader? learner = node is null
            ? null
            : MapReader.Open(node, "'learner'", problems, ["alpha", "beta", "l1", "l2", "window"]);
        if (learner is null)
        {
            return options;
        }

        NumberRange penalty = NumberRange.Inclusive(0, 1_000_000);
        return new LearnerOptions
        {
            Alpha = learner.Number("alpha", options.Alpha, new NumberRange(0, false, 1_000, true)),
            Beta = learner.Number("beta", options.Beta, penalty),
            L1 = learner.Number("l1", options.L1, penalty),
            L2 = learner.Number("l2", options.L2, penalty),
            WindowExamples = learner.Count("window", options.WindowExamples, 100, 1_000_000),
        };
    }
}
