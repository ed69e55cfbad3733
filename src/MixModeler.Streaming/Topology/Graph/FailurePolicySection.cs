namespace MixModeler.Streaming.Topology;

/// <summary>`onError` of a node: dead-letter, drop, stop, or `retry: { attempts, backOff }`.</summary>
internal static class FailurePolicySection
{
    public const string Meaning = "What becomes of a record at which the node fails.";
    private static readonly string[] Words = ["dead-letter", "drop", "stop"];
    private static readonly TimeSpan BackOffMax = TimeSpan.FromHours(1);

    private static readonly Shape Retry = Shape.Map(
        new("attempts", Shape.Count(2, 100), "How often in all.") { Default = 3 },
        new("backOff", Shape.Span(TimeSpan.Zero, BackOffMax), "The wait before the second attempt, doubled before each further one.") { Default = TimeSpan.FromSeconds(1) });

    private static readonly Shape Map = Shape.Map(new Member("retry", Retry, "Try again, then dead-letter.") { Required = true });

    public static Shape Shape { get; } = Shape.Either(Shape.Word(Words), Map);

    public static FailurePolicy Read(MapReader node, ProblemList problems)
    {
        YamlNode? value = node.Value("onError", required: false);
        if (value is null)
        {
            return FailurePolicy.DeadLetter;
        }

        if (value.Kind == YamlKind.Map)
        {
            MapReader? retry = MapReader.Open(value, "'onError'", problems, Map)!.Open("retry");
            return retry is null
                ? FailurePolicy.DeadLetter
                : new FailurePolicy(FailureAnswer.Retry, retry.Count("attempts"), retry.Span("backOff") ?? default);
        }

        int word = value.Kind == YamlKind.Text ? Array.IndexOf(Words, value.Text) : -1;
        if (word < 0)
        {
            problems.Add(value, $"'onError' is {string.Join(", ", Words)}, or a map with retry; found {value.Found}{Nearest(value)}");
        }

        return new FailurePolicy((FailureAnswer)Math.Max(0, word));
    }

    private static string Nearest(YamlNode value) =>
        value.Kind == YamlKind.Text && NearestName.Of(value.Text, Words) is string nearest ? $"; did you mean '{nearest}'?" : "";
}
