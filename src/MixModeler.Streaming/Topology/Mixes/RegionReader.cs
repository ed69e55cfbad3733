namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>`regions`: which column names them, and how far they are believed to differ.</summary>
internal static class RegionReader
{
    /// <summary>Null where the spec has none; a problem for each part of the spec that regions cannot have.</summary>
    public static RegionSpec? Read(MapReader map, MixSpec spec, ProblemList problems)
    {
        if (map.Value("regions", required: false) is not YamlNode node
            || MapReader.Open(node, "'regions'", problems, ["column", "population", "level", "effect", "controls"]) is not MapReader regions)
        {
            return null;
        }

        if (spec.Form == MixForm.Multiplicative)
        {
            problems.Add(map.KeyNode("regions"), "'regions' needs the additive form");
        }

        if (spec.HalfLife is not null)
        {
            problems.Add(map.KeyNode("regions"), "a model with 'regions' has no 'halfLife' yet");
        }

        if (spec.LiftTests.Count > 0 || spec.Channels.Any(channel => channel.Credit is not null))
        {
            problems.Add(map.KeyNode("regions"), "a model with 'regions' takes no lift tests and no credits yet");
        }

        if (spec.Channels.Any(channel => channel.Path is not null))
        {
            problems.Add(map.KeyNode("regions"), "a model with 'regions' has no channel with a 'path' yet");
        }

        foreach (ChannelSpec channel in spec.Channels.Where(channel => channel.Effect.Prior.Kind == PriorKind.Normal))
        {
            problems.Add(map.KeyNode("regions"), $"with 'regions' the effect of '{channel.Name}' needs a prior that is never negative, e.g. halfNormal");
        }

        PriorKind[] allowed = [PriorKind.Fixed, PriorKind.HalfNormal, PriorKind.LogNormal, PriorKind.Gamma];
        return new RegionSpec(
            regions.Text("column", required: true) ?? "",
            regions.Text("population", required: false),
            PriorReader.Read(regions, "level", new Prior(PriorKind.HalfNormal, 0.5), allowed),
            PriorReader.Read(regions, "effect", new Prior(PriorKind.HalfNormal, 0.3), allowed),
            PriorReader.Read(regions, "controls", new Prior(PriorKind.HalfNormal, 0.1), allowed));
    }
}
