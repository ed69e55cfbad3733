using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>Options of the commands that ask a running engine.</summary>
internal static class LiveOptions
{
    public static Option<string> Engine() => new("--engine")
    {
        Description = "Control port of any engine that runs the topology (environment: MIXMODELER_ENGINE).",
        DefaultValueFactory = _ => Settings.FromEnvironment("MIXMODELER_ENGINE", "http://127.0.0.1:7170"),
    };

    public static Option<string?> Name() => new("--name") { Description = "The topology; not needed where the engine knows one." };

    public static Argument<string> File() => new("FILE") { Description = "The topology file." };

    public static void Print<T>(T document, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> form) =>
        Console.WriteLine(JsonSerializer.Serialize(document, form));

    public static string PathOf(TopologyDocument topology, string rest) => $"v1/topologies/{Uri.EscapeDataString(topology.Name)}/{rest}";
}
