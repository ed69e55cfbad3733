using System.CommandLine;
using System.Text;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize quarantine show`: a group's records.</summary>
internal static class QuarantineShowCommand
{
    private static readonly Option<int> Limit = new("--limit") { Description = "Records shown.", DefaultValueFactory = _ => 5 };
    private static readonly Option<bool> Raw = new("--raw") { Description = "Do not mask personal data." };

    public static Command Create()
    {
        Command command = new("show", """
            Show quarantined records, and the mapping that would take them.

            Example:  mixmodeler harmonize quarantine show --dataset youtube --field campaign --value "Blck Friday"
            """)
        {
            QuarantineCommand.Topology, QuarantineCommand.Kafka, QuarantineCommand.KafkaProperties, QuarantineCommand.Dataset,
            QuarantineCommand.Field, QuarantineCommand.Value, Limit, Raw,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Show(parsed, stop)));
        return command;
    }

    private static int Show(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(QuarantineCommand.Topology)!);
        QuarantineFilter filter = QuarantineCommand.FilterOf(parsed);
        bool raw = parsed.GetValue(Raw);
        int limit = Math.Max(0, parsed.GetValue(Limit));
        QuarantineGroups groups = new();
        using LogReader reader = QuarantineCommand.ReaderOf(parsed);
        DeadLetterLog log = new(reader, plan.Topics);
        HashSet<string> shown = [];
        foreach (StoredDeadLetter letter in log.Read(stop).Where(letter => filter.Takes(letter.Letter)))
        {
            groups.Add(letter.Id, letter.Letter, letter.TimestampMs);
            if (shown.Count < limit && shown.Add(letter.Letter.RecordName))
            {
                Mask mask = raw ? new Mask([]) : Mask.Of(plan, Encoding.UTF8.GetString(letter.Key.Span));
                Console.WriteLine($"{letter.Id}  {letter.Letter.Topic}/{letter.Letter.Partition}@{letter.Letter.Offset}  {letter.Letter.Detail}");
                Console.WriteLine($"          {DeadLetterText.Of(letter.Letter.Bytes, mask, raw).Text}");
            }
        }

        foreach (QuarantineGroup group in groups.All)
        {
            (MappingChange? change, string whyNot) = QuarantineCommand.Suggest(plan, group);
            Console.WriteLine($"{group.Dataset} {group.Field}: {change?.Sentence ?? whyNot}");
            Console.Write(change?.Block);
        }

        return groups.All.Count > 0 ? ExitCode.Done : throw new CommandException(ExitCode.Failed, "No such record is in quarantine.");
    }
}
