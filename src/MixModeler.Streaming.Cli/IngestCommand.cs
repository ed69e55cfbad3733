using System.CommandLine;
using System.Text;
using MixModeler.Streaming.Cli.Ingest;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler ingest`: rows of files become records of a dataset.</summary>
internal static class IngestCommand
{
    private const int Partitions = 16;

    private static readonly Argument<string[]> Files = new("FILE") { Description = "CSV with a header, or JSON lines.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> From = new("--from") { Description = "- reads standard input, which cannot be resumed." };
    private static readonly Option<string> Dataset = new("--dataset") { Description = "Whose rows these are.", Required = true };
    private static readonly Option<string?> Topology = new("--topology") { Description = "Topology file that declares the dataset (environment: MIXMODELER_TOPOLOGY)." };
    private static readonly Option<string?> Topic = new("--topic") { Description = "summary, factors or events; the topology's, else summary." };
    private static readonly Option<string?> Delimiter = new("--delimiter") { Description = "One character, or tab; found out by the header." };
    private static readonly Option<string?> EncodingName = new("--encoding") { Description = "Of the file, such as latin1 or utf-16; UTF-8 unless given." };
    private static readonly Option<long> FromLine = new("--from-line") { Description = "Send only rows that begin in this line or later; keeps no progress." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Read and judge, send nothing." };
    private static readonly Option<bool> Delete = new("--delete") { Description = "Send the rows as deletions." };
    private static readonly Option<bool> Again = new("--again") { Description = "Send from the beginning whatever was sent before." };
    private static readonly Option<bool> Strict = new("--strict") { Description = "Exit code 1 if a row was refused." };
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("ingest", """
            Send the rows of files to a dataset: again and again without counting them twice, and on from where a killed run ended.

            Example:  mixmodeler ingest youtube.csv --dataset youtube --topology topology.yaml
                      mixmodeler ingest feed.jsonl --dataset tv --dry-run
            """)
        {
            Files, From, Dataset, Topology, Topic, Delimiter, EncodingName, FromLine, DryRun, Delete, Again, Strict, Kafka, KafkaProperties, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        IngestInput[] inputs = InputsOf(parsed);
        byte? delimiter = DelimiterOf(parsed);
        string? topologyFile = parsed.GetValue(Topology) is { Length: > 0 } given ? given : Settings.FromEnvironment("MIXMODELER_TOPOLOGY", "");
        TopologyPlan? plan = topologyFile.Length == 0 ? null : Settings.LoadTopology(topologyFile);
        RecordForm form = IngestForm.Of(plan, topologyFile, parsed.GetValue(Dataset)!, parsed.GetValue(Topic)) with { Deletes = parsed.GetValue(Delete) };
        TopicNames topics = plan?.Topics ?? new TopicNames();
        bool isDry = parsed.GetValue(DryRun);
        if (isDry)
        {
            IngestRun dry = new(form, plan, null, topics.DeadLetter, ReportOf(parsed));
            return await FinishAsync(dry, inputs, delimiter, parsed, progress: null, "", stop);
        }

        KafkaOptions kafka = Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-ingest");
        await KafkaTopics.EnsureAsync(kafka, form.Topic, Partitions, compacted: false);
        await KafkaTopics.EnsureAsync(kafka, topics.DeadLetter, 1, compacted: false);
        using KafkaProducer producer = new(kafka, Terminal.Report);
        using KafkaRecordSink sink = producer.CreateSink();
        IngestRun run = new(form, plan, sink, topics.DeadLetter, ReportOf(parsed));
        return await FinishAsync(run, inputs, delimiter, parsed, FileProgressFolder.OfUser(), kafka.BootstrapServers, stop);
    }

    private static async Task<int> FinishAsync(
        IngestRun run,
        IngestInput[] inputs,
        byte? delimiter,
        ParseResult parsed,
        FileProgressFolder? progress,
        string brokers,
        CancellationToken stop)
    {
        List<(string File, FileTotals Totals)> done = [];
        bool isWhole = true;
        foreach (IngestInput input in inputs)
        {
            IngestRun.Resume resume = new(input.CanResume && parsed.GetValue(FromLine) == 0 ? progress : null, brokers, parsed.GetValue(Again));
            (FileTotals totals, bool isRead) = await run.RunAsync(input, resume, delimiter, parsed.GetValue(FromLine), stop);
            done.Add((input.Name, totals));
            isWhole &= isRead;
        }

        IngestReport.Print(done, parsed.GetValue(Json), parsed.GetValue(DryRun));
        return !isWhole || (parsed.GetValue(Strict) && done.Exists(file => file.Totals.Refused > 0)) ? ExitCode.Failed : ExitCode.Done;
    }

    private static IngestInput[] InputsOf(ParseResult parsed)
    {
        string[] files = parsed.GetValue(Files) ?? [];
        string? from = parsed.GetValue(From);
        if (from is not null and not "-")
        {
            throw new CommandException(ExitCode.Usage, $"--from: only - for standard input; name the file '{from}' as it is.");
        }

        if (files.Length > 0 == from is not null)
        {
            throw new CommandException(ExitCode.Usage, "Name one FILE or more, or say --from - for standard input.");
        }

        Encoding? encoding = EncodingOf(parsed.GetValue(EncodingName));
        IngestInput[] inputs = from is null ? [.. files.Select(file => IngestInput.OfFile(file, encoding))] : [IngestInput.OfStandardInput(encoding)];
        // Before the first is sent: a mistyped second name must not be found out an hour later.
        foreach (IngestInput input in inputs)
        {
            input.Check();
        }

        return inputs;
    }

    private static IngestReport ReportOf(ParseResult parsed) => new(isLive: !Console.IsErrorRedirected && !parsed.GetValue(Json));

    private static byte? DelimiterOf(ParseResult parsed) => parsed.GetValue(Delimiter) switch
    {
        null => null,
        "tab" or "\\t" or "\t" => (byte)'\t',
        { Length: 1 } one when one[0] is > ' ' and < (char)127 and not '"' => (byte)one[0],
        var other => throw new CommandException(ExitCode.Usage, $"--delimiter: '{other}' is not one character such as ; or the word tab."),
    };

    private static Encoding? EncodingOf(string? name)
    {
        try
        {
            Encoding? encoding = name is null ? null : Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);
            return encoding is UTF8Encoding ? null : encoding;
        }
        catch (ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, $"--encoding: there is no '{name}'; utf-8, utf-16, latin1 and ascii are always there.");
        }
    }
}
