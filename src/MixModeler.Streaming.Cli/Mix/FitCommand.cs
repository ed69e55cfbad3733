using System.CommandLine;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Cli.Mix;

/// <summary>`mixmodeler mix fit`: a marketing-mix model over a plain table.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        Option<string> data = new("--data") { Description = "CSV file with a header: a row a period, oldest first.", Required = true };
        Option<string> spec = new("--spec") { Description = "YAML file that says what the columns are and what is believed.", Required = true };
        Option<bool> noCertificate = new("--no-certificate") { Description = "Leave out the batch run that the streaming posterior is held against." };
        Option<int?> seed = new("--seed") { Description = "In place of the spec's seed." };
        Option<int?> particles = new("--particles") { Description = "In place of the spec's number of particles, 50 or more." };
        Option<bool> json = Settings.Json();
        Command fit = new("fit", """
            Take in a table period by period and print what is known at its end: parameters, contributions, fit, and a certificate.

            The certificate is the distance of the streaming posterior to a batch run over the same rows, in Monte-Carlo standard errors.

            Example:  mixmodeler mix fit --data docs/science/data/mmm_example.csv --spec docs/science/data/mmm_example.yaml
            """) { data, spec, noCertificate, seed, particles, json };
        fit.SetAction(parsed => Fit(
            parsed.GetValue(data)!, parsed.GetValue(spec)!, parsed.GetValue(json), !parsed.GetValue(noCertificate),
            parsed.GetValue(seed), parsed.GetValue(particles)));
        return fit;
    }

    private static int Fit(string data, string specFile, bool json, bool isCertified, int? seed, int? particles)
    {
        if (seed < 0 || particles < 50)
        {
            throw new CommandException(ExitCode.Usage, "--seed is 0 or more, --particles 50 or more.");
        }

        MixSpecResult read = MixSpecReader.Parse(File.ReadAllText(specFile), specFile);
        MixSpec spec = read.Spec ?? throw Invalid(ExitCode.InvalidTopology, read.Problems);
        spec = spec with { Seed = (ulong?)seed ?? spec.Seed, Particles = particles ?? spec.Particles };
        MixTable table = MixTable.Read(File.ReadAllText(data), data, spec);
        if (table.Problems.Count > 0)
        {
            throw Invalid(ExitCode.Failed, table.Problems);
        }

        spec = table.Spec;
        MixModel model = MixModel.Create(spec, table.Observations);
        foreach (MixObservation observation in table.Observations)
        {
            model.Update(observation);
        }

        MixReport report = MixReport.Of(model);
        MixCertificate? certificate = isCertified ? MixCertificate.Make(model) : null;
        if (json)
        {
            using Stream output = Console.OpenStandardOutput();
            MixReportJson.Write(output, model, report, certificate);
            output.WriteByte((byte)'\n');
        }
        else
        {
            MixText.Write(Console.Out, model, report, certificate);
        }

        return ExitCode.Done;
    }

    private static CommandException Invalid(int exitCode, IReadOnlyList<Problem> problems) =>
        new(exitCode, string.Join('\n', problems.Select(problem => problem.ToString())));
}
