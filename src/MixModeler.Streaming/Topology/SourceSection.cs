namespace MixModeler.Streaming.Topology;

/// <summary>`source`: who the visitor is, and which events are too old, too new or seen before.</summary>
internal static class SourceSection
{
    private const int IdentityPathsMax = 16;

    // Longer horizons would keep event ids of a month in the state of every visitor.
    private static readonly TimeSpan HorizonMax = TimeSpan.FromDays(31);

    public static SourcePlan Read(MapReader root, ProblemList problems)
    {
        SourcePlan otherwise = new() { IdentityPaths = [] };
        YamlNode? node = root.Value("source", required: true);
        MapReader? source = node is null
            ? null
            : MapReader.Open(node, "'source'", problems, ["identity", "deduplicate", "lateness", "future"]);
        if (source is null)
        {
            return otherwise;
        }

        return new SourcePlan
        {
            IdentityPaths = [.. ReadIdentity(source, problems)],
            DeduplicateWithin = source.Span("deduplicate", TimeSpan.Zero, HorizonMax) ?? otherwise.DeduplicateWithin,
            Lateness = source.Span("lateness", TimeSpan.Zero, HorizonMax) ?? otherwise.Lateness,
            FutureMax = source.Span("future", TimeSpan.Zero, HorizonMax) ?? otherwise.FutureMax,
        };
    }

    private static List<string> ReadIdentity(MapReader source, ProblemList problems)
    {
        List<string> paths = [];
        UniqueNames unique = new("the identity", problems);
        List<YamlNode> items = source.Items("identity", "dotted paths, e.g. identityMap.ECID", required: true);
        if (items.Count > IdentityPathsMax)
        {
            problems.Add(items[IdentityPathsMax], $"'identity' has more than {IdentityPathsMax} paths");
        }

        foreach (YamlNode item in items)
        {
            if (Names.IsPath(item, "an identity", problems))
            {
                unique.Add(item.Text, item);
                paths.Add(item.Text);
            }
        }

        return paths;
    }
}
