using System.CommandLine;
using System.Text;
using MixModeler.Streaming.Cli.Plans;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Cli.Insights;

/// <summary>A mix that is fitted from a table and a spec, with what it said at each period.</summary>
internal static class MixFiles
{
    public static readonly Option<string?> Data = new("--data") { Description = "CSV file with a header: a row a period, oldest first." };
    public static readonly Option<string?> Spec = new("--spec") { Description = "YAML file that says what the columns are and what is believed." };

    /// <exception cref="CommandException">An option or a file is missing, or a file has problems.</exception>
    public static MeasuredMix Read(ParseResult parsed)
    {
        if (parsed.GetValue(Data) is not { } data || parsed.GetValue(Spec) is not { } specFile)
        {
            throw new CommandException(ExitCode.Usage, "--data and --spec: a mix is fitted from a table and a spec.");
        }

        MixSpecResult read = MixSpecReader.Parse(Encoding.UTF8.GetString(PlanFiles.Bytes(specFile)), specFile);
        MixSpec spec = read.Spec ?? throw Invalid(ExitCode.InvalidTopology, read.Problems);
        MixTable table = MixTable.Read(Encoding.UTF8.GetString(PlanFiles.Bytes(data)), data, spec);
        if (table.Problems.Count > 0)
        {
            throw Invalid(ExitCode.Failed, table.Problems);
        }

        MixJournal journal;
        try
        {
            journal = MixJournal.Over(table.Spec, table.Observations);
        }
        catch (ArgumentException refused)
        {
            throw new CommandException(ExitCode.Failed, $"{data}: {refused.Message}");
        }

        return new MeasuredMix(Path.GetFileNameWithoutExtension(specFile), "files", journal.Model, null, journal.Refreshes);
    }

    private static CommandException Invalid(int exitCode, IReadOnlyList<Problem> problems) => new(exitCode, string.Join('\n', problems));
}
