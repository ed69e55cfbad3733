using System.Globalization;

namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>A spec, or every problem of it with its place.</summary>
public sealed record MixSpecResult(MixSpec? Spec, IReadOnlyList<Problem> Problems);

/// <summary>Reads a model's YAML file. A bad file never throws.</summary>
public static class MixSpecReader
{
    private static readonly string[] Members =
    [
        "target", "date", "form", "scale", "scaleWindow", "trainingWeeks", "revenuePerUnit", "channels", "controls", "intercept", "trend",
        "level", "seasonality", "holidays", "noise", "halfLife", "liftTests", "regions", "particles", "seed", "warmUp", "priorKnowledge", "spendShare",
    ];

    // Of all channels together.
    private const int PathStepsMax = 60;

    private static readonly NumberRange Positive = new(0, false, double.MaxValue, true);
    private static readonly PriorKind[] Normal = [PriorKind.Normal];

    /// <param name="text">The file's content.</param>
    /// <param name="file">Stands in front of every problem.</param>
    public static MixSpecResult Parse(string text, string file)
    {
        ProblemList problems = new(file);
        YamlNode? root = YamlTree.Parse(text, problems);
        MapReader? map = root is null ? null : MapReader.Open(root, "a mix", problems, Members);
        MixSpec? spec = map is null ? null : Read(map, problems);
        return new MixSpecResult(problems.IsEmpty ? spec : null, problems.InOrder());
    }

    /// <summary>The model of a topology's mix: its periods have dates anyway, and what the table does not tell it cannot have.</summary>
    internal static MixSpec? ReadInTopology(YamlNode node, string name, ProblemList problems)
    {
        string[] members = [.. Members.Except(["date", "holidays"])];
        return MapReader.Open(node, $"the model of the mix {YamlNode.Quote(name)}", problems, members) is { } map ? Read(map, problems, "date") : null;
    }

    private static MixSpec Read(MapReader map, ProblemList problems, string? date = null)
    {
        bool isMultiplicative = Word(map, "form", problems, "additive", "multiplicative") == "multiplicative";
        ChannelSpec[] channels = ReadChannels(map, isMultiplicative, problems);
        MixSpec spec = new()
        {
            Target = map.Text("target", required: true) ?? "",
            Date = date ?? map.Text("date", required: true) ?? "",
            Form = isMultiplicative ? MixForm.Multiplicative : MixForm.Additive,
            TargetScale = map.Number("scale", 0, Positive) is > 0 and double scale ? scale : null,
            ScaleWindow = map.Count("scaleWindow", 52, 1, 10_000),
            RevenuePerUnit = map.Number("revenuePerUnit", 1, Positive),
            Channels = channels,
            Controls = ReadControls(map, problems),
            Intercept = PriorReader.Read(map, "intercept", new Prior(PriorKind.Normal, 0, 2), Normal),
            HalfLife = map.Number("halfLife", 0, new NumberRange(1, true, 10_000, true)) is > 0 and double halfLife ? halfLife : null,
            Particles = map.Count("particles", 1_000, 50, 1_000_000),
            Seed = (ulong)map.Count("seed", 1, 0, int.MaxValue),
            WarmUp = map.Count("warmUp", 12, 0, 10_000),
            LiftTests = ReadLiftTests(map, channels, isMultiplicative, problems),
        };
        spec = BeliefReader.Read(map, spec, problems);
        return ReadNoise(map, ReadTime(map, spec with { Regions = RegionReader.Read(map, spec, date is not null, problems) }, problems), problems);
    }

    // The order of a map's members says nothing; where the order of particles' numbers depended on it, it would.
    private static IEnumerable<YamlNode> ByName(MapReader named) => named.Keys.OrderBy(key => key.Text, StringComparer.Ordinal);

    private static bool IsNothing(params Prior[] priors) => priors.Any(prior => prior.IsFixed && prior.A <= 0);

    private static ChannelSpec[] ReadChannels(MapReader map, bool isMultiplicative, ProblemList problems)
    {
        int weeks = map.Count("trainingWeeks", 0, 8, 10_000);
        ChannelReader reader = new(problems) { TrainingWeeks = weeks > 0 ? weeks : null };
        MapReader? named = map.Value("channels", required: true) is YamlNode node ? MapReader.Open(node, "'channels'", problems, allowed: null) : null;
        if (named is null)
        {
            return [];
        }

        ChannelSpec[] channels =
        [
            .. ByName(named).Select(key => named.Value(key.Text) is YamlNode value ? reader.Read(key.Text, value) : null).OfType<ChannelSpec>(),
        ];
        if (!named.Keys.Any())
        {
            problems.Add(named.Node, "'channels' needs at least one, e.g. tv: { column: tv_spend }");
        }

        CheckChannels(named, channels, isMultiplicative, problems);
        return channels;
    }

    private static void CheckChannels(MapReader named, ChannelSpec[] channels, bool isMultiplicative, ProblemList problems)
    {
        foreach (ChannelSpec channel in channels.Where(channel => channel.Effect.Kind == EffectKind.Roi && channel.SpendColumn is null))
        {
            problems.Add(named.KeyNode(channel.Name), $"the channel '{channel.Name}' has a prior of its roi and no 'spend' column");
        }

        foreach (ChannelSpec channel in channels.Where(channel => channel.Credit is not null && isMultiplicative))
        {
            problems.Add(named.KeyNode(channel.Name), $"the channel '{channel.Name}' has a 'credit', which needs the additive form: only there a credit is linear in the effect");
        }

        foreach (ChannelSpec channel in channels.Where(channel => channel.Path is not null && channel.Effect.Prior.Kind == PriorKind.Normal))
        {
            problems.Add(named.KeyNode(channel.Name), $"with a 'path' the effect of '{channel.Name}' needs a prior that is never negative, e.g. halfNormal");
        }

        int steps = channels.Sum(channel => channel.Path?.Steps ?? 0);
        if (steps > PathStepsMax)
        {
            problems.Add(named.Node, $"paths of {steps} steps together: at most {PathStepsMax}, as every period costs the cube of their number");
        }

        foreach (ChannelSpec channel in channels.Where(channel => channel.Credit is { } credit && IsNothing(credit.Bias, credit.Error)))
        {
            problems.Add(named.KeyNode(channel.Name), $"the channel '{channel.Name}' has a 'credit' whose bias or error is not above 0");
        }
    }

    private static List<ControlSpec> ReadControls(MapReader map, ProblemList problems)
    {
        List<ControlSpec> controls = [];
        MapReader? named = map.Value("controls", required: false) is YamlNode node ? MapReader.Open(node, "'controls'", problems, allowed: null) : null;
        foreach (YamlNode key in named is null ? [] : ByName(named))
        {
            MapReader? control = named!.Value(key.Text) is YamlNode value
                ? MapReader.Open(value, $"the control '{key.Text}'", problems, ["column", "impact", "center", "scale", "prior"])
                : null;
            if (control is null)
            {
                continue;
            }

            Impact impact = Word(control, "impact", problems, "auto", "positive", "negative") switch
            {
                "positive" => Impact.Positive,
                "negative" => Impact.Negative,
                _ => Impact.Auto,
            };
            controls.Add(new ControlSpec(
                key.Text,
                control.Text("column", required: false) ?? key.Text,
                impact,
                control.Number("center", 0, NumberRange.Any),
                control.Number("scale", 1, Positive),
                PriorReader.Read(control, "prior", new Prior(PriorKind.Normal, 0, 0.5), Normal)));
        }

        return controls;
    }

    private static MixSpec ReadTime(MapReader map, MixSpec spec, ProblemList problems)
    {
        if (map.Value("trend", required: false) is YamlNode trendNode
            && MapReader.Open(trendNode, "'trend'", problems, ["periods", "prior"]) is MapReader trend)
        {
            spec = spec with
            {
                Trend = PriorReader.Read(trend, "prior", new Prior(PriorKind.Normal, 0, 0.5), Normal),
                TrendPeriods = trend.Number("periods", 52, Positive),
            };
        }

        if (map.Value("seasonality", required: false) is YamlNode seasonNode
            && MapReader.Open(seasonNode, "'seasonality'", problems, ["order", "days", "prior"]) is MapReader season)
        {
            spec = spec with
            {
                FourierOrder = season.Count("order", 2, 0, 20),
                FourierPeriodDays = season.Number("days", 365.25, Positive),
                FourierPrior = PriorReader.Read(season, "prior", new Prior(PriorKind.Normal, 0, 0.2), Normal),
            };
        }

        if (map.Value("level", required: false) is YamlNode levelNode
            && MapReader.Open(levelNode, "'level'", problems, ["every", "horizon", "step"]) is MapReader level)
        {
            spec = spec with
            {
                LevelEvery = level.Count("every", 13, 1, 1_000),
                LevelHorizon = level.Count("horizon", 260, 1, 10_000),
                LevelStep = PriorReader.Read(level, "step", spec.LevelStep, Normal),
            };
            if (spec.LevelSteps > 60)
            {
                problems.Add(levelNode, $"a level of {spec.LevelSteps} steps: at most 60, as every period costs the cube of their number");
            }
        }

        if (map.Value("holidays", required: false) is not YamlNode holidayNode
            || MapReader.Open(holidayNode, "'holidays'", problems, ["column", "names", "prior"]) is not MapReader holidays)
        {
            return spec;
        }

        List<YamlNode> names = holidays.Items("names", "names that stand in the column", required: true, 100);
        return spec with
        {
            HolidayColumn = holidays.Text("column", required: true),
            Holidays = [.. names.Where(name => MapReader.IsText(name, "a holiday", problems)).Select(name => name.Text).Distinct()],
            HolidayPrior = PriorReader.Read(holidays, "prior", new Prior(PriorKind.Normal, 0, 0.5), Normal),
        };
    }

    private static MixSpec ReadNoise(MapReader map, MixSpec spec, ProblemList problems)
    {
        if (map.Value("noise", required: false) is not YamlNode node
            || MapReader.Open(node, "'noise'", problems, ["prior", "coefficientsInNoiseUnits"]) is not MapReader noise)
        {
            return spec;
        }

        return spec with
        {
            Noise = PriorReader.Read(
                noise, "prior", spec.Noise, PriorKind.Fixed, PriorKind.HalfNormal, PriorKind.LogNormal, PriorKind.Gamma, PriorKind.InverseGamma),
            CoefficientsInNoiseUnits = Word(noise, "coefficientsInNoiseUnits", problems, "false", "true") == "true",
        };
    }

    private static List<LiftTest> ReadLiftTests(MapReader map, ChannelSpec[] channels, bool isMultiplicative, ProblemList problems)
    {
        List<LiftTest> tests = [];
        if (!map.Has("liftTests"))
        {
            return tests;
        }

        if (isMultiplicative)
        {
            problems.Add(map.KeyNode("liftTests"), "'liftTests' needs the additive form: only there a lift is linear in the effect");
        }

        string[] members = ["channel", "from", "to", "measuredTo", "media", "lift", "error", "region"];
        foreach (YamlNode item in map.Items("liftTests", "lift tests", required: false))
        {
            if (MapReader.Open(item, "a lift test", problems, members) is not MapReader test)
            {
                continue;
            }

            string channel = test.Text("channel", required: true) ?? "";
            if (channel.Length > 0 && channels.All(each => each.Name != channel))
            {
                string advice = NearestName.Advice(channel, [.. channels.Select(each => each.Name)]);
                problems.Add(test.Value("channel")!, $"there is no channel {YamlNode.Quote(channel)}{advice}");
            }

            DateOnly from = Day(test, "from", problems, null);
            DateOnly to = Day(test, "to", problems, from);
            DateOnly measured = Day(test, "measuredTo", problems, to);
            if (to < from || measured < to)
            {
                problems.Add(item, "a lift test goes from 'from' to 'to', and is measured until then or later");
            }

            test.Value("media", required: true);
            test.Value("lift", required: true);
            test.Value("error", required: true);
            (double media, double lift) = (test.Number("media", 1, NumberRange.Any), test.Number("lift", 0, NumberRange.Any));
            tests.Add(new LiftTest(channel, from, to, measured, media, lift, test.Number("error", 1, Positive)) { Region = Region(map, test, problems) });
        }

        return tests;
    }

    // An experiment is made in one region where the model has some; else it is of the whole.
    private static string? Region(MapReader map, MapReader test, ProblemList problems)
    {
        string? region = test.Text("region", required: map.Has("regions"));
        if (region is not null && !map.Has("regions"))
        {
            problems.Add(test.KeyNode("region"), "the model has no 'regions', and a lift test of it names none");
            return null;
        }

        return region;
    }

    private static DateOnly Day(MapReader map, string key, ProblemList problems, DateOnly? otherwise)
    {
        YamlNode? node = map.Value(key, required: otherwise is null);
        if (node is null)
        {
            return otherwise ?? default;
        }

        if (DateOnly.TryParseExact(node.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            return day;
        }

        problems.Add(node, $"'{key}' is a date such as 2024-03-25; found {node.Found}");
        return otherwise ?? default;
    }

    private static string Word(MapReader map, string key, ProblemList problems, params string[] words)
    {
        YamlNode? node = map.Value(key, required: false);
        if (node is null || words.Contains(node.Text))
        {
            return node?.Text ?? words[0];
        }

        problems.Add(node, $"'{key}' is {node.Found}{NearestName.Advice(node.Text, words)}");
        return words[0];
    }
}
