using System.CommandLine;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize quarantine patch`: the topology with the suggestions written into it.</summary>
internal static class QuarantinePatchCommand
{
    public static Command Create()
    {
        Command command = new("patch", """
            Print the topology with every suggestion written into it, or what to paste where that cannot be done.

            Example:  mixmodeler harmonize quarantine patch --dataset youtube --topology topology.yaml > mended.yaml
            """)
        {
            QuarantineCommand.Topology, QuarantineCommand.Kafka, QuarantineCommand.KafkaProperties, QuarantineCommand.Dataset,
            QuarantineCommand.Field, QuarantineCommand.Value,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Patch(parsed, stop)));
        return command;
    }

    private static int Patch(ParseResult parsed, CancellationToken stop)
    {
        string path = parsed.GetValue(QuarantineCommand.Topology)!;
        TopologyPlan plan = Settings.LoadTopology(path);
        string text = File.ReadAllText(path);
        int written = 0;
        int byHand = 0;
        foreach (QuarantineGroup group in QuarantineCommand.Gather(parsed, plan, stop).All)
        {
            (MappingChange? change, string whyNot) = QuarantineCommand.Suggest(plan, group);
            if (change is null)
            {
                Console.Error.WriteLine($"{group.Dataset} {group.Field}: {whyNot}");
                continue;
            }

            // What does not load, or loads and changes nothing, is not printed as if it helped.
            if (TopologyEdit.Apply(text, change) is { } edited
                && TopologyLoader.LoadEdited(path, edited).Plan is { } changed
                && Differs(plan, changed, group.Dataset))
            {
                (text, plan) = (edited, changed);
                written++;
                Console.Error.WriteLine($"{group.Dataset} {group.Field}: {change.Sentence}");
                continue;
            }

            byHand++;
            Console.Error.WriteLine($"{group.Dataset} {group.Field}: {change.Sentence}. Write it by hand, this mapping stands in a form that is not changed here:");
            Console.Error.Write(change.Block);
        }

        if (written > 0)
        {
            Console.Write(text);
        }

        return written > 0 && byHand == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static bool Differs(TopologyPlan before, TopologyPlan after, string dataset) =>
        before.Harmonized.Datasets.First(d => d.Name == dataset).Identity != after.Harmonized.Datasets.FirstOrDefault(d => d.Name == dataset)?.Identity;
}
