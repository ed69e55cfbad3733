namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>`channels`: each by its name, with carry-over, saturation and what is believed about its effect.</summary>
internal sealed class ChannelReader(ProblemList problems)
{
    private const int TermsMax = 104;
    private static readonly string[] Members = ["column", "spend", "scale", "adstock", "saturation", "effect", "credit", "path"];

    private static readonly Dictionary<string, AdstockShape> Shapes = new(StringComparer.Ordinal)
    {
        ["none"] = AdstockShape.None,
        ["geometric"] = AdstockShape.Geometric,
        ["binomial"] = AdstockShape.Binomial,
        ["meridianBinomial"] = AdstockShape.MeridianBinomial,
        ["delayed"] = AdstockShape.Delayed,
        ["weibullPdf"] = AdstockShape.WeibullPdf,
        ["weibullCdf"] = AdstockShape.WeibullCdf,
        ["lookback"] = AdstockShape.Lookback,
    };

    private static readonly Dictionary<string, SaturationCurve> Curves = new(StringComparer.Ordinal)
    {
        ["none"] = SaturationCurve.None,
        ["logistic"] = SaturationCurve.Logistic,
        ["inverseLogistic"] = SaturationCurve.InverseLogistic,
        ["hill"] = SaturationCurve.Hill,
        ["michaelisMenten"] = SaturationCurve.MichaelisMenten,
        ["tanh"] = SaturationCurve.Tanh,
        ["power"] = SaturationCurve.Power,
    };

    private static readonly PriorKind[] OfNumbers =
        [PriorKind.Fixed, PriorKind.Uniform, PriorKind.Beta, PriorKind.Gamma, PriorKind.HalfNormal, PriorKind.LogNormal];

    private static readonly PriorKind[] OfEffects =
        [PriorKind.Fixed, PriorKind.Uniform, PriorKind.Beta, PriorKind.Gamma, PriorKind.Normal, PriorKind.HalfNormal, PriorKind.LogNormal];

    /// <summary>Weeks of the training window, which caps lag and lookback; null where it is not known.</summary>
    public int? TrainingWeeks { get; init; }

    public ChannelSpec? Read(string name, YamlNode node)
    {
        MapReader? map = MapReader.Open(node, $"the channel '{name}'", problems, Members);
        if (map is null)
        {
            return null;
        }

        double scale = map.Number("scale", 0, new NumberRange(0, false, double.MaxValue, true));
        return new ChannelSpec(
            name,
            map.Text("column", required: false) ?? name,
            map.Text("spend", required: false),
            scale > 0 ? scale : null,
            map.Value("adstock", required: false) is YamlNode adstock ? ReadAdstock(adstock) : AdstockSpec.None,
            map.Value("saturation", required: false) is YamlNode saturation ? ReadSaturation(saturation) : SaturationSpec.None,
            map.Value("effect", required: false) is YamlNode effect ? ReadEffect(effect) : DefaultEffect,
            map.Value("credit", required: false) is YamlNode credit ? ReadCredit(name, credit) : null)
        {
            Path = map.Value("path", required: false) is YamlNode path ? ReadPath(path) : null,
        };
    }

    private static EffectSpec DefaultEffect => new(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 2));

    private AdstockSpec ReadAdstock(YamlNode node)
    {
        MapReader? map = MapReader.Open(node, "'adstock'", problems, allowed: null);
        string? kernel = map?.Text("kernel", required: true);
        if (map is null || kernel is null || !Shapes.TryGetValue(kernel, out AdstockShape shape))
        {
            Unknown(map, "kernel", kernel, Shapes.Keys);
            return AdstockSpec.None;
        }

        if (shape == AdstockShape.Lookback)
        {
            return ReadLookback(node);
        }

        int terms = shape == AdstockShape.None ? 1 : map.Count("terms", 8, 1, TermsMax);
        IReadOnlyList<ParameterSpec> defaults = AdstockSpec.Defaults(shape, terms);
        MapReader? strict = MapReader.Open(node, "'adstock'", problems, ["kernel", "terms", "normalize", .. defaults.Select(d => d.Name)]);
        bool isCurve = shape is AdstockShape.WeibullPdf or AdstockShape.WeibullCdf or AdstockShape.None;
        bool normalize = ReadBool(map, "normalize", !isCurve);
        return new AdstockSpec(shape, terms, normalize, 0, strict is null ? defaults : ReadParameters(strict, defaults));
    }

    // lag, minLookback and maxLookback in weeks, with the cap of an eighth of the training window.
    private AdstockSpec ReadLookback(YamlNode node)
    {
        MapReader map = MapReader.Open(node, "'adstock'", problems, ["kernel", "lag", "minLookback", "maxLookback"])!;
        LookbackAdstock lookback = new(
            map.Count("lag", 0, 0, TermsMax), map.Count("minLookback", 0, 0, TermsMax), map.Count("maxLookback", 4, 1, TermsMax));
        if (lookback.Problem(TrainingWeeks ?? int.MaxValue) is string wrong)
        {
            problems.Add(node, wrong);
        }

        double least = Math.Max(0.5, lookback.LookbackMinWeeks);
        Prior prior = least < lookback.LookbackMaxWeeks
            ? new Prior(PriorKind.Uniform, least, lookback.LookbackMaxWeeks)
            : new Prior(PriorKind.Fixed, lookback.LookbackMaxWeeks);
        return new AdstockSpec(AdstockShape.Lookback, lookback.Terms, true, lookback.LagWeeks, [new ParameterSpec("lookback", prior)]);
    }

    private SaturationSpec ReadSaturation(YamlNode node)
    {
        MapReader? map = MapReader.Open(node, "'saturation'", problems, allowed: null);
        string? name = map?.Text("curve", required: true);
        if (map is null || name is null || !Curves.TryGetValue(name, out SaturationCurve curve))
        {
            Unknown(map, "curve", name, Curves.Keys);
            return SaturationSpec.None;
        }

        IReadOnlyList<ParameterSpec> defaults = SaturationSpec.Defaults(curve);
        MapReader? strict = MapReader.Open(node, "'saturation'", problems, ["curve", .. defaults.Select(d => d.Name)]);
        return new SaturationSpec(curve, strict is null ? defaults : ReadParameters(strict, defaults));
    }

    // Either a prior of the coefficient, or { roi: PRIOR } or { contribution: PRIOR }.
    private EffectSpec ReadEffect(YamlNode node)
    {
        EffectKind kind = node["roi"] is not null ? EffectKind.Roi : node["contribution"] is not null ? EffectKind.Contribution : EffectKind.Coefficient;
        string key = kind == EffectKind.Roi ? "roi" : "contribution";
        YamlNode prior = kind == EffectKind.Coefficient ? node : node[key]!;
        if (kind != EffectKind.Coefficient)
        {
            MapReader.Open(node, "'effect'", problems, [key]);
        }

        PriorKind[] allowed = kind == EffectKind.Coefficient ? OfEffects : OfNumbers;
        return PriorReader.Read(prior, kind == EffectKind.Coefficient ? "effect" : key, problems, allowed) is Prior read
            ? new EffectSpec(kind, read)
            : DefaultEffect;
    }

    private CreditSpec? ReadCredit(string channel, YamlNode node)
    {
        MapReader? map = MapReader.Open(node, "'credit'", problems, ["column", "bias", "error"]);
        return map is null ? null : new CreditSpec(
            map.Text("column", required: false) ?? $"{channel}_credit",
            PriorReader.Read(map, "bias", new Prior(PriorKind.LogNormal, 0, 0.5), PriorKind.Fixed, PriorKind.LogNormal, PriorKind.Gamma, PriorKind.HalfNormal),
            PriorReader.Read(map, "error", new Prior(PriorKind.HalfNormal, 0.05), PriorKind.Fixed, PriorKind.HalfNormal, PriorKind.LogNormal, PriorKind.Gamma));
    }

    private PathSpec? ReadPath(YamlNode node)
    {
        MapReader? map = MapReader.Open(node, "'path'", problems, ["every", "horizon", "step"]);
        return map is null ? null : new PathSpec(
            map.Count("every", 26, 1, 1_000),
            map.Count("horizon", 260, 1, 10_000),
            PriorReader.Read(map, "step", new Prior(PriorKind.HalfNormal, 0.1), PriorKind.Fixed, PriorKind.HalfNormal, PriorKind.LogNormal, PriorKind.Gamma));
    }

    private static ParameterSpec[] ReadParameters(MapReader map, IReadOnlyList<ParameterSpec> defaults) =>
        [.. defaults.Select(each => each with { Prior = PriorReader.Read(map, each.Name, each.Prior, OfNumbers) })];

    private void Unknown(MapReader? map, string key, string? name, IEnumerable<string> known)
    {
        if (map is not null && name is not null)
        {
            problems.Add(map.Value(key)!, $"'{key}' is {YamlNode.Quote(name)}{NearestName.Advice(name, [.. known])}");
        }
    }

    private bool ReadBool(MapReader map, string key, bool otherwise)
    {
        YamlNode? node = map.Value(key, required: false);
        if (node is null || node.Text is "true" or "false")
        {
            return node is null ? otherwise : node.Text == "true";
        }

        problems.Add(node, $"'{key}' is true or false; found {node.Found}");
        return otherwise;
    }
}
