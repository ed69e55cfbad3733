using System.CommandLine;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler broker`: the embedded Kafka, for trying things out.</summary>
internal static class BrokerCommand
{
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<int> Partitions = new("--partitions") { Description = "Partitions of events, scores, decisions and what nodes read and write.", DefaultValueFactory = _ => 16 };
    private static readonly Option<string?> AddressFile = new("--address-file") { Description = "Write HOST:PORT to this file once the broker answers." };

    public static Command Create()
    {
        Command command = new("broker", """
            Run an embedded broker that speaks Kafka's protocol, in memory: gone when it ends. Not for production.

            Example:  mixmodeler broker --partitions 16
            """) { Topology, Partitions, AddressFile };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(Topology)!);
        int partitions = parsed.GetValue(Partitions);
        using EmbeddedBroker broker = EmbeddedBroker.Start();
        foreach ((string topic, int count, _) in NeededTopics.Of(plan.Topics, partitions).Concat(NeededTopics.OfNodes(plan, partitions)))
        {
            broker.CreateTopic(topic, count);
        }

        Console.WriteLine(broker.Bootstrap);
        if (parsed.GetValue(AddressFile) is { } file)
        {
            await File.WriteAllTextAsync(file + ".part", broker.Bootstrap, stop);
            File.Move(file + ".part", file, overwrite: true);
        }

        await Settings.UntilStoppedAsync(stop);
        return ExitCode.Done;
    }
}
