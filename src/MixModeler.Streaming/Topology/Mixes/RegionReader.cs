namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>`regions`: which column names them, and how far they are believed to differ.</summary>
internal static class RegionReader
{
    private const int RegionsMax = 400;
    private static readonly string[] Spreads = ["level", "effect", "controls"];

    /// <summary>Null where the spec has none; a problem for each part of the spec that regions cannot have.</summary>
    /// <param name="map">The spec.</param>
    /// <param name="spec">What was read of it so far.</param>
    /// <param name="isInTopology">Whether a dimension tells regions apart, and their sizes are declared; else a table's columns do.</param>
    /// <param name="problems">Filled.</param>
    public static RegionSpec? Read(MapReader map, MixSpec spec, bool isInTopology, ProblemList problems)
    {
        string[] members = isInTopology ? ["field", "of", .. Spreads] : ["column", "population", .. Spreads];
        if (map.Value("regions", required: false) is not YamlNode node
            || MapReader.Open(node, "'regions'", problems, members) is not MapReader regions)
        {
            return null;
        }

        if (spec.Form == MixForm.Multiplicative)
        {
            problems.Add(map.KeyNode("regions"), "'regions' needs the additive form");
        }

        if (spec.Channels.Any(channel => channel.Credit is not null))
        {
            problems.Add(map.KeyNode("regions"), "a model with 'regions' takes no credits yet");
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
            regions.Text(isInTopology ? "field" : "column", required: true) ?? "",
            isInTopology ? null : regions.Text("population", required: false),
            PriorReader.Read(regions, "level", new Prior(PriorKind.HalfNormal, 0.5), allowed),
            PriorReader.Read(regions, "effect", new Prior(PriorKind.HalfNormal, 0.3), allowed),
            PriorReader.Read(regions, "controls", new Prior(PriorKind.HalfNormal, 0.1), allowed))
        {
            Members = isInTopology ? ReadMembers(regions, spec, problems) : [],
        };
    }

    // Sizes of the regions, by what the dimension says of them; in the order of their names.
    private static RegionShare[] ReadMembers(MapReader regions, MixSpec spec, ProblemList problems)
    {
        MapReader? named = regions.Value("of", required: true) is YamlNode node ? MapReader.Open(node, "'of'", problems, allowed: null) : null;
        (string Name, double Size)[] sizes = named is null ? [] :
        [
            .. named.Keys.Select(key => (key.Text, named.Number(key.Text, 1, new NumberRange(0, false, double.MaxValue, true))))
                .OrderBy(each => each.Text, StringComparer.Ordinal),
        ];
        if (named is not null && sizes.Length is < 2 or > RegionsMax)
        {
            problems.Add(named!.Node, $"'of' names 2 to {RegionsMax} regions with their sizes, e.g. north: 5400000");
        }

        foreach (LiftTest test in spec.LiftTests.Where(test => test.Region is { } region && sizes.All(each => each.Name != region)))
        {
            string advice = NearestName.Advice(test.Region!, [.. sizes.Select(each => each.Name)]);
            problems.Add(named?.Node ?? regions.Node, $"a lift test is of the region '{test.Region}'{advice}");
        }

        double all = sizes.Sum(each => each.Size);
        return [.. sizes.Select(each => new RegionShare(each.Name, each.Size / all))];
    }
}
