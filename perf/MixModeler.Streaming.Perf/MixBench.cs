using System.Diagnostics;
using System.Text.Json;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench mix`: the public example of PyMC-Marketing, week by week, beside a batch run over the same rows and beside a published
/// reference made by other code.
/// </summary>
internal sealed class MixBench : IBench
{
    private const string Reference = "reference batch";

    public string Name => "mix";

    public string Summary => "a marketing-mix model week by week, beside the batch and a published reference";

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        (MixSpec spec, IReadOnlyList<MixObservation> rows) = Load("mmm_example.yaml");
        settings.Say($"seed {spec.Seed}, {spec.Particles} particles, {rows.Count} weeks");
        Run(spec, rows);                                        // Compiles.
        (MixModel model, List<double> weeks, double all) = Run(spec, rows);
        MixReport report = MixReport.Of(model);
        MixCertificate certificate = MixCertificate.Make(model, settings.Quick ? new MixBatchOptions(4, 1_500, 2_000) : new MixBatchOptions(4, 4_000, 20_000));
        double batch = certificate.BatchSeconds * 1_000;
        List<BenchRow> result =
        [
            new("one week, median", Middle(weeks, 0.5), "ms", "batch over all weeks", batch),
            new("one week, 95 %", Middle(weeks, 0.95), "ms", "batch over all weeks", batch),
            new("one week, longest (particles moved)", weeks.Max(), "ms", "batch over all weeks", batch),
            new("all weeks", all, "ms", "batch over all weeks", batch),
            new("largest distance to our batch", certificate.MaxDistance, "MC errors", "allowed", MixCertificate.DistanceAllowed),
            new("R-hat of our batch, largest", certificate.RHatMax, "", "allowed", 1.05),
        ];
        AddReference(result, report, certificate);
        AddFit(result, report, model, "");
        result.Add(new("channel shares, median change in 2 weeks", 100 * Stability(spec, rows), "points"));
        (MixSpec ordinary, _) = Load("mmm_example_ordinary.yaml");
        (MixModel plain, _, _) = Run(ordinary, rows);
        AddFit(result, MixReport.Of(plain), plain, "ordinary priors: ");
        AddPaths(result, ordinary, rows);
        RegionRun.Add(result, settings);
        return Task.FromResult<IReadOnlyList<BenchRow>>(result);
    }

    internal static (MixSpec Spec, IReadOnlyList<MixObservation> Rows) Load(string file, string rows = "mmm_example.csv")
    {
        string folder = Path.Combine(Shipped.Root(), "docs", "science", "data");
        MixSpecResult read = MixSpecReader.Parse(File.ReadAllText(Path.Combine(folder, file)), file);
        MixSpec spec = read.Spec ?? throw new InvalidOperationException(string.Join('\n', read.Problems));
        MixTable table = MixTable.Read(File.ReadAllText(Path.Combine(folder, rows)), rows, spec);
        return (table.Spec, table.Observations);
    }

    internal static (MixModel Model, List<double> Weeks, double All) Run(MixSpec spec, IReadOnlyList<MixObservation> rows)
    {
        MixModel model = MixModel.Create(spec, rows);
        List<double> weeks = [];
        long began = Stopwatch.GetTimestamp();
        foreach (MixObservation row in rows)
        {
            long start = Stopwatch.GetTimestamp();
            model.Update(row);
            weeks.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return (model, weeks, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    // How far each number is from the reference, in Monte-Carlo errors of the stream alone: the reference does not say its own.
    private static void AddReference(List<BenchRow> result, MixReport report, MixCertificate certificate)
    {
        string file = Path.Combine(Shipped.Root(), "docs", "science", "data", "mmm_example_reference.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement batch = document.RootElement.GetProperty("batch_collapsed_mcmc");
        double worst = 0;
        void Add(string name, MixEstimate estimate, JsonElement mean)
        {
            double expected = mean.GetDouble();
            double own = certificate.Distances.FirstOrDefault(each => each.Name == name)?.Batch ?? double.NaN;
            result.Add(new(name, estimate.Mean, "", Reference, expected));
            result.Add(new($"{name}, our batch", own, "", Reference, expected));
            worst = Math.Max(worst, Math.Abs(expected - estimate.Mean) / estimate.MonteCarloError);
        }

        for (int c = 0; c < 2; c++)
        {
            Add($"x{c + 1}.alpha", Of(report, $"x{c + 1}.alpha"), batch.GetProperty("alpha").GetProperty("mean")[c]);
            Add($"x{c + 1}.lam", Of(report, $"x{c + 1}.lam"), batch.GetProperty("lam_original_units").GetProperty("mean")[c]);
            Add($"x{c + 1}.beta", Of(report, $"x{c + 1}.beta"), batch.GetProperty("beta").GetProperty("mean")[c]);
            Add($"contribution.x{c + 1}", report.Contributions[c].Total, batch.GetProperty("contribution_total").GetProperty("mean")[c]);
        }

        Add("sigma", Of(report, "sigma"), batch.GetProperty("sigma").GetProperty("mean"));
        result.Add(new("largest distance to the reference", worst, "MC errors", "allowed", MixCertificate.DistanceAllowed));
    }

    private static void AddFit(List<BenchRow> result, MixReport report, MixModel model, string prefix)
    {
        result.Add(new($"{prefix}NRMSE, posterior predictive", report.Fit.Nrmse, "", "PyMC-Marketing", 0.0687));
        result.Add(new($"{prefix}MAPE, posterior predictive", report.Fit.Mape, "", "PyMC-Marketing", 0.0556));
        result.Add(new($"{prefix}Bayes R2, posterior predictive", report.Fit.R2, "", "PyMC-Marketing", 0.9057));
        result.Add(new($"{prefix}RMSE, posterior predictive", report.Fit.Rmse, "", "PyMC-Marketing", 351.48));
        result.Add(new($"{prefix}sigma", Of(report, "sigma").Mean, "", "truth", 250));
        result.Add(new($"{prefix}CRPS, a week ahead", model.Scores.Crps, ""));
        result.Add(new($"{prefix}90 % intervals held, a week ahead", 100 * model.Scores.Coverage90, "%", "wanted", 90));
    }

    // Effects that change with time: ten steps a channel.
    private static void AddPaths(List<BenchRow> result, MixSpec spec, IReadOnlyList<MixObservation> rows)
    {
        PathSpec path = new(26, 260, new Prior(PriorKind.HalfNormal, 0.1));
        MixSpec walking = spec with { Channels = [.. spec.Channels.Select(channel => channel with { Path = path })] };
        (_, List<double> plain, double plainAll) = Run(spec, rows);
        (MixModel model, List<double> weeks, double all) = Run(walking, rows);
        result.Add(new("effects with paths: one week, median", Middle(weeks, 0.5), "ms", "without", Middle(plain, 0.5)));
        result.Add(new("effects with paths: one week, longest", weeks.Max(), "ms", "without", plain.Max()));
        result.Add(new("effects with paths: all weeks", all, "ms", "without", plainAll));
        AddFit(result, MixReport.Of(model), model, "effects with paths: ");
    }

    // The median change of a channel's share of the outcome when two weeks are added, over the last year.
    private static double Stability(MixSpec spec, IReadOnlyList<MixObservation> rows)
    {
        MixModel model = MixModel.Create(spec, rows);
        List<double> changes = [];
        double[]? before = null;
        for (int t = 0; t < rows.Count; t++)
        {
            model.Update(rows[t]);
            if (t < rows.Count - 53 || (rows.Count - 1 - t) % 2 != 0)
            {
                continue;
            }

            double[] shares = [.. MixReport.Of(model).Contributions.Select(each => each.Share)];
            changes.AddRange(before is null ? [] : shares.Select((share, c) => Math.Abs(share - before[c])));
            before = shares;
        }

        return Middle(changes, 0.5);
    }

    private static MixEstimate Of(MixReport report, string name) => report.Parameters.Single(parameter => parameter.Name == name);

    private static double Middle(List<double> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));
}
