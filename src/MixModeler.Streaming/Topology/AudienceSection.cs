namespace MixModeler.Streaming.Topology;

/// <summary>`audiences`: names for the visitors for whom an expression holds.</summary>
internal static class AudienceSection
{
    private const int AudiencesMax = 256;

    private static readonly Shape Audience = Shape.Map(
        new("name", Shape.Name("-_"), "The audience's name.") { Required = true },
        new("when", Shape.Expression, "Holds for its visitors; reads score and features.NAME.") { Required = true },
        new("description", Shape.Text, "For people."));

    public static Shape Shape { get; } = Shape.List(
        Audience, "audiences, e.g. { name: likely-subscribers, when: \"score > 0.1\" }", AudiencesMax);

    public static List<AudiencePlan> Read(MapReader root, ProblemList problems)
    {
        List<AudiencePlan> audiences = [];
        UniqueNames unique = new("the audience", problems);
        foreach (YamlNode item in root.Items("audiences"))
        {
            MapReader? map = MapReader.Open(item, "an audience", problems, Audience);
            if (map is null)
            {
                continue;
            }

            string? name = map.Name("name");
            unique.Add(name, map.Has("name") ? map.KeyNode("name") : item);
            ExpressionText? when = map.Expression("when");
            string description = map.Text("description") ?? "";
            if (name is not null && when is not null)
            {
                audiences.Add(new AudiencePlan(name, when, description));
            }
        }

        return audiences;
    }
}
