using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler deadletter replay`: puts refused records back, exactly once.</summary>
internal static class DeadLetterReplayCommand
{
    private static readonly Argument<string[]> Ids = new("PARTITION:OFFSET") { Description = "Which dead letters.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<string?> Reason = new("--reason") { Description = "All dead letters of this reason that stand there now." };
    private static readonly Option<string?> Since = new("--since") { Description = "With --reason: only those written since this time, or for this long (90m, 2d)." };
    private static readonly Option<string?> Edit = new("--edit") { Description = "With one PARTITION:OFFSET: send this file's content instead of the record." };
    private static readonly Option<int> Attempts = new("--attempts-max") { Description = "Leave alone what was refused after so many replays.", DefaultValueFactory = _ => 3 };
    private static readonly Option<bool> Force = new("--force") { Description = "Send even what the topology would refuse for what it contains." };
    private static readonly Option<double> Lease = new("--lease") { Description = "Seconds for which others wait for this run, should it die.", DefaultValueFactory = _ => 15 };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("replay", """
            Put refused records back on the topic they came from, each exactly once, however often this is run.

            Example:  mixmodeler deadletter replay --reason visitor-missing --topology mended.yaml
            """) { Ids, Topology, Kafka, KafkaProperties, Reason, Since, Edit, Attempts, Force, Lease, Json };
        command.SetAction(ReplayAsync);
        return command;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, CancellationToken stop)
    {
        string[] named = parsed.GetValue(Ids) ?? [];
        string? reason = parsed.GetValue(Reason);
        string? edit = parsed.GetValue(Edit);
        if (named.Length > 0 == reason is not null)
        {
            throw new CommandException(ExitCode.Usage, "Name dead letters by PARTITION:OFFSET or by --reason, one of the two.");
        }

        if (edit is not null && named.Length != 1)
        {
            throw new CommandException(ExitCode.Usage, "--edit goes with exactly one PARTITION:OFFSET.");
        }

        double lease = parsed.GetValue(Lease);
        if (!(lease >= 1 && lease <= 600))
        {
            throw new CommandException(ExitCode.Usage, $"--lease: {lease} is outside 1 to 600 seconds.");
        }

        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(Topology)!);
        KafkaOptions kafka = Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-deadletter");
        DeadLetterId[] ids = [.. named.Select(DeadLetterShowCommand.IdOf)];
        if (reason is not null)
        {
            DeadLetterFilter filter = new(null, reason, Moment.Read("--since", parsed.GetValue(Since), TimeProvider.System));
            using LogReader reader = new(kafka);
            ids = [.. new DeadLetterLog(reader, plan.Topics).Read(stop)
                .Where(letter => filter.Takes(letter) && DeadLetterReplay.CanReplay(plan.Topics, letter.Letter))
                .Select(letter => letter.Id)];
        }

        // The cast matters: a bare null would become an empty record.
        ReadOnlyMemory<byte>? content = edit is null ? (ReadOnlyMemory<byte>?)null : await File.ReadAllBytesAsync(edit, stop);
        ReplayOptions options = new()
        {
            AttemptsMax = Math.Max(1, parsed.GetValue(Attempts)),
            SendsRefused = parsed.GetValue(Force),
            Lease = TimeSpan.FromSeconds(lease),
            SendTimeout = TimeSpan.FromSeconds(lease / 3),
        };
        using DeadLetterReplay replay = new(kafka, plan, options);
        if (replay.Caveat is { } caveat)
        {
            await Console.Error.WriteLineAsync($"Careful: {caveat}");
        }

        IReadOnlyList<ReplayResult> results = await replay.ReplayAsync(ids, content, stop);
        Tell(results, parsed.GetValue(Json));
        return results.All(result => result.IsBack) ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Tell(IReadOnlyList<ReplayResult> results, bool json)
    {
        SortedDictionary<string, int> outcomes = new(StringComparer.Ordinal);
        foreach (ReplayResult result in results)
        {
            string word = JsonNamingPolicy.KebabCaseLower.ConvertName(result.Outcome.ToString());
            outcomes[word] = outcomes.GetValueOrDefault(word) + 1;
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    outcomes,
                    results = results.Select(r => new
                    {
                        id = r.Id.ToString(),
                        outcome = JsonNamingPolicy.KebabCaseLower.ConvertName(r.Outcome.ToString()),
                        r.Sentence,
                        r.Partition,
                        r.Offset,
                    }),
                },
                JsonSerializerOptions.Web));
            return;
        }

        foreach (ReplayResult result in results)
        {
            Console.WriteLine($"{result.Id,-10} {result.Sentence}");
        }

        Console.WriteLine($"{results.Count} dead letter{(results.Count == 1 ? "" : "s")}: {string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}"))}");
    }
}
