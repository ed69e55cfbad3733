using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler generate`: synthetic experience events to Kafka, a file or standard output.</summary>
internal static class GenerateCommand
{
    private static readonly Option<int> Users = new("--users") { Description = "Visitors.", DefaultValueFactory = _ => 20_000 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "The same seed gives the same bytes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Rate = new("--rate") { Description = "Records per second; 0 = as fast as they are taken." };
    private static readonly Option<string> To = new("--to") { Description = "kafka, a file, or - for standard output.", DefaultValueFactory = _ => "-" };
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<string> Topic = new("--topic") { Description = "Where to, with --to kafka.", DefaultValueFactory = _ => "mm.events" };
    private static readonly Option<string?> Start = new("--start") { Description = "RFC 3339 time at which the ten weeks begin; a fixed day unless given." };
    private static readonly Option<bool> Envelope = new("--envelope") { Description = "Wrap every event in the Kafka envelope (header, body.xdmEntity)." };
    private static readonly Option<bool> IdentityMap = new("--identity-map") { Description = "Also write identityMap.ECID." };
    private static readonly Option<double> Late = new("--late") { Description = "Share of events delivered up to 12 hours of event time late." };
    private static readonly Option<double> TooLate = new("--too-late") { Description = "Share of events delivered later than a day of event time." };
    private static readonly Option<double> Duplicates = new("--duplicates") { Description = "Share of events delivered twice." };
    private static readonly Option<double> Malformed = new("--malformed") { Description = "Malformed records added, as a share of the events." };
    private static readonly Option<bool> Totals = new("--totals") { Description = "Print what was generated instead of, with --to -, the records." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("generate", """
            Generate synthetic experience events (XDM JSON) of a subscription site.

            Example:  mixmodeler generate --users 1000 --seed 7 --to events.jsonl
                      mixmodeler generate --users 20000 --rate 5000 --to kafka --kafka 127.0.0.1:9092
            """) { Users, Seed, Rate, To, Kafka, KafkaProperties, Topic, Start, Envelope, IdentityMap, Late, TooLate, Duplicates, Malformed, Totals, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        GeneratorOptions options = OptionsOf(parsed);
        double rate = parsed.GetValue(Rate);
        GeneratorRun run = new(new LumaGenerator(options), rate > 0 ? new RecordPace(rate, TimeProvider.System) : null);
        string to = parsed.GetValue(To)!;
        bool totalsOnly = parsed.GetValue(Totals);
        GeneratorTotals totals;
        if (to == "kafka")
        {
            using KafkaProducer producer = new(
                Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-generate"), Terminal.Report);
            using KafkaRecordSink sink = producer.CreateSink();
            totals = await run.ToSinkAsync(sink, parsed.GetValue(Topic)!, stop);
        }
        else
        {
            await using Stream output = to != "-" ? File.Create(to) : totalsOnly ? Stream.Null : Console.OpenStandardOutput();
            totals = await run.ToStreamAsync(output, stop);
        }

        if (totalsOnly || to != "-")
        {
            Print(totals, parsed.GetValue(Json));
        }

        return ExitCode.Done;
    }

    private static GeneratorOptions OptionsOf(ParseResult parsed)
    {
        GeneratorOptions options = new()
        {
            Users = parsed.GetValue(Users),
            Seed = parsed.GetValue(Seed),
            Envelope = parsed.GetValue(Envelope),
            IdentityMap = parsed.GetValue(IdentityMap),
            LateShare = parsed.GetValue(Late),
            TooLateShare = parsed.GetValue(TooLate),
            DuplicateShare = parsed.GetValue(Duplicates),
            MalformedShare = parsed.GetValue(Malformed),
        };
        if (parsed.GetValue(Start) is { } start)
        {
            options.Start = DateTimeOffset.TryParse(start, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
                ? at
                : throw new CommandException(ExitCode.Usage, $"--start: '{start}' is not a time such as 2026-09-01T00:00:00Z.");
        }

        IReadOnlyList<string> problems = options.Problems();
        if (parsed.GetValue(Rate) is < 0 or double.NaN)
        {
            throw new CommandException(ExitCode.Usage, "--rate: the rate must be 0 or more records per second.");
        }

        return problems.Count == 0 ? options : throw new CommandException(ExitCode.Usage, string.Join('\n', problems));
    }

    private static void Print(GeneratorTotals totals, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(totals, GeneratorTotalsJson.Default.GeneratorTotals));
            return;
        }

        Console.WriteLine($"{totals.Records:N0} records of {totals.Users:N0} users, {totals.Bytes:N0} bytes: {totals.Events:N0} events, "
            + $"{totals.Duplicates:N0} duplicates, {totals.Late:N0} late, {totals.TooLate:N0} too late, {totals.Malformed:N0} malformed");
        Console.WriteLine($"{totals.Subscribers:N0} users subscribed: {(double)totals.Subscribers / totals.Users:P1}");
        foreach ((string type, long count) in totals.EventsByType)
        {
            Console.WriteLine($"  {type,-36}{count,12:N0}{(double)count / totals.Users,10:F3} per user");
        }
    }
}
