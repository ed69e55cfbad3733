using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>Every series of the fixtures, which other libraries computed, to 1e-9.</summary>
public sealed partial class TransformFixtureTests
{
    private static readonly Dictionary<string, double[]> Fixtures = Load();
    private static readonly double[] Input = Fixtures["input"];
    private static readonly double[] Scaled = Fixtures["x_scaled"];

    public static TheoryData<string> Names => [.. Fixtures.Keys];

    [Fact]
    public void There_are_70_series() => Assert.Equal(70, Fixtures.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_series_is_the_other_librarys_to_1e_9(string name)
    {
        double[] expected = Fixtures[name];
        double[] actual = Compute(name);

        Assert.Equal(expected.Length, actual.Length);
        for (int t = 0; t < expected.Length; t++)
        {
            Assert.True(
                Math.Abs(expected[t] - actual[t]) <= 1e-9 * Math.Max(1, Math.Abs(expected[t])),
                $"{name}[{t}]: expected {expected[t]:R}, found {actual[t]:R}");
        }
    }

    private static double[] Compute(string name)
    {
        Dictionary<string, double> n = Number().Matches(name)
            .ToDictionary(match => match.Groups["name"].Value, match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        bool isNormalised = name.EndsWith("True", StringComparison.Ordinal);
        string kind = Kind().Match(name).Value;
        return kind switch
        {
            "input" => [100, 0, 50, 0, 0, 200, 30, 0, 10, 0, 0, 0],
            "x_scaled" => [.. Input.Select(x => x / Input.Max())],
            "robyn_geometric" => AdstockConventions.RobynGeometric(Input, n["theta"]),
            "robyn_weibull_cdf" when name.EndsWith("thetaVecCum", StringComparison.Ordinal) =>
                AdstockConventions.RobynWeibullCdfWeights(Input.Length, n["shape"], n["scale"]),
            "robyn_weibull_pdf" when name.EndsWith("thetaVecCum", StringComparison.Ordinal) =>
                AdstockConventions.RobynWeibullPdfWeights(Input.Length, n["shape"], n["scale"]),
            "robyn_weibull_cdf" => AdstockConventions.RobynWeibullCdf(Input, n["shape"], n["scale"]),
            "robyn_weibull_pdf" => AdstockConventions.RobynWeibullPdf(Input, n["shape"], n["scale"]),
            "robyn_hill" when name.EndsWith("inflexion", StringComparison.Ordinal) => [Saturation.RobynInflexion(Input, n["gamma"])],
            "robyn_hill" => [.. Input.Select(x => Saturation.Hill(x, n["alpha"], Saturation.RobynInflexion(Input, n["gamma"])))],
            "robyn_mic_men" => [.. Input.Select(x => Saturation.MichaelisMenten(x, n["Vmax"], n["Km"]))],
            "pymc_geometric" => AdstockConventions.PymcGeometric(Input, n["alpha"], (int)n["lmax"], isNormalised),
            "pymc_binomial" => AdstockConventions.PymcBinomial(Input, n["alpha"], (int)n["lmax"], isNormalised),
            "pymc_delayed" => AdstockConventions.PymcDelayed(Input, n["alpha"], n["theta"], (int)n["lmax"], isNormalised),
            "pymc_weibull_pdf" => AdstockConventions.PymcWeibullPdf(Input, n["lam"], n["k"], (int)n["lmax"]),
            "pymc_weibull_cdf" => AdstockConventions.PymcWeibullCdf(Input, n["lam"], n["k"], (int)n["lmax"]),
            "meridian_geometric" => AdstockConventions.MeridianGeometric(Input, n["alpha"], (int)n["maxlag"]),
            "meridian_binomial" => AdstockConventions.MeridianBinomial(Input, n["alpha"], (int)n["maxlag"]),
            "lmmm_adstock" => AdstockConventions.LightweightAdstock(Input, n["lag"], isNormalised),
            "lmmm_carryover" => AdstockConventions.LightweightCarryover(Input, n["ret"], n["delay"], (int)n["lags"]),
            _ => [.. Scaled.Select(x => Curve(kind, x, n))],
        };
    }

    private static double Curve(string kind, double x, Dictionary<string, double> n) => kind switch
    {
        "logistic" => Saturation.Logistic(x, n["lam"]),
        "inverse_scaled_logistic" => Saturation.InverseScaledLogistic(x, n["lam"]),
        "tanh" => Saturation.Tanh(x, n["b"], n["c"]),
        "hill" => Saturation.Hill(x, n["slope"], n["ec"]),
        "michaelis_menten" => Saturation.MichaelisMenten(x, n["alpha"], n["lam"]),
        "root" => Saturation.Power(x, n["alpha"]),
        "hill_sigmoid" => Saturation.SigmoidHill(x, n["sigma"], n["beta"], n["lam"]),
        _ => throw new InvalidOperationException($"no case computes '{kind}'"),
    };

    private static Dictionary<string, double[]> Load()
    {
        using JsonDocument document = JsonDocument.Parse(RepositoryFiles.Read("tests/MixModeler.Streaming.Tests/Mix/Golden/transform_fixtures.json"));
        return document.RootElement.EnumerateObject().ToDictionary(
            member => member.Name,
            member => member.Value.ValueKind == JsonValueKind.Array
                ? member.Value.EnumerateArray().Select(number => number.GetDouble()).ToArray()
                : [member.Value.GetDouble()]);
    }

    [GeneratedRegex("(?<=_)(?<name>[A-Za-z]+)(?<value>[0-9.]+)(?=_|$)")]
    private static partial Regex Number();

    // Names without the parts that carry a number or a flag.
    [GeneratedRegex("^(x_scaled|[a-z]+(_[a-z]+(?![a-zA-Z0-9.]))*)")]
    private static partial Regex Kind();
}
