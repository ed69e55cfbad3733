using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize quarantine replay`: puts back what the log no longer holds.</summary>
internal static class QuarantineReplayCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Also records that the log still holds: harmless, and of no use after a changed rule." };

    public static Command Create()
    {
        Command command = new("replay", """
            After the patch was applied: put back the quarantined records that have left the log since. The others are read again by
            the changed dataset itself. Every record counts once, whichever way it comes.

            Example:  mixmodeler harmonize quarantine replay --dataset youtube --topology mended.yaml
            """)
        {
            QuarantineCommand.Topology, QuarantineCommand.Kafka, QuarantineCommand.KafkaProperties, QuarantineCommand.Dataset,
            QuarantineCommand.Field, QuarantineCommand.Value, All, QuarantineCommand.Json,
        };
        command.SetAction(ReplayAsync);
        return command;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(QuarantineCommand.Topology)!);
        (List<DeadLetterId> chosen, int inLog) = Choose(parsed, plan, stop);
        IReadOnlyList<ReplayResult> results = [];
        if (chosen.Count > 0)
        {
            using DeadLetterReplay replay = new(QuarantineCommand.KafkaOf(parsed), plan);
            results = await replay.ReplayAsync(chosen, null, stop);
        }

        Tell(results, inLog, parsed.GetValue(QuarantineCommand.Json));
        return results.All(result => result.IsBack) ? ExitCode.Done : ExitCode.Failed;
    }

    // One dead letter for each record; how many records the log still holds.
    private static (List<DeadLetterId> Chosen, int InLog) Choose(ParseResult parsed, TopologyPlan plan, CancellationToken stop)
    {
        QuarantineFilter filter = QuarantineCommand.FilterOf(parsed);
        bool all = parsed.GetValue(All);
        List<DeadLetterId> chosen = [];
        HashSet<string> seen = [];
        Dictionary<(string, int), long> oldest = [];
        int inLog = 0;
        using LogReader reader = QuarantineCommand.ReaderOf(parsed);
        foreach (StoredDeadLetter letter in new DeadLetterLog(reader, plan.Topics).Read(stop))
        {
            if (!filter.Takes(letter.Letter) || !DeadLetterReplay.CanReplay(plan.Topics, letter.Letter) || !seen.Add(letter.Letter.RecordName))
            {
                continue;
            }

            (string Topic, int Partition) place = (letter.Letter.Topic, letter.Letter.Partition);
            if (!oldest.TryGetValue(place, out long low))
            {
                oldest[place] = low = reader.Bounds(place.Topic, place.Partition).Low;
            }

            bool isGone = letter.Letter.Offset < low;
            inLog += isGone ? 0 : 1;
            if (isGone || all)
            {
                chosen.Add(letter.Id);
            }
        }

        return (chosen, inLog);
    }

    private static void Tell(IReadOnlyList<ReplayResult> results, int inLog, bool json)
    {
        int back = results.Count(result => result.IsBack);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    back,
                    stillInLog = inLog,
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

        Console.WriteLine($"{back} of {results.Count} records are back in the log; it still holds {inLog} that were set aside, which the changed dataset reads by itself.");
    }
}
