using System.CommandLine;
using MixModeler.Streaming.Cli.Engine;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler engine`: partition tasks, learner and hub against Kafka and Redis.</summary>
internal static class EngineCommand
{
    private static readonly string[] AllRoles = ["tasks", "learner", "hub"];
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string?> Name = new("--name") { Description = "Run what the control log says that this topology runs, without a file." };
    private static readonly Option<string> Prefix = new("--prefix") { Description = "With --name: what the topics' names begin with.", DefaultValueFactory = _ => new TopicNames().Prefix };
    private static readonly Option<string?> EnvironmentName = Settings.EnvironmentName();
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<string> Redis = Settings.Redis();
    private static readonly Option<string> Roles = new("--roles") { Description = "Which of tasks,learner,hub this process takes.", DefaultValueFactory = _ => "tasks,learner,hub" };
    private static readonly Option<string> Bind = new("--bind") { Description = "Address of hub and control port; neither has authentication.", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<int> HubPort = new("--hub-port") { Description = "Where edges connect; 0 takes a free port.", DefaultValueFactory = _ => 7_171 };
    private static readonly Option<int> ControlPort = new("--control-port") { Description = "Health, status and metrics.", DefaultValueFactory = _ => 7_170 };
    private static readonly Option<int> Partitions = new("--partitions") { Description = "Partitions of topics that have to be created.", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> Visitors = new("--visitors-in-memory") { Description = "Visitors a partition keeps in memory between batches.", DefaultValueFactory = _ => 50_000 };

    public static Command Create()
    {
        Command command = new("engine", """
            Run the engine: read events, keep state in Redis, learn, score, feed the edges. Ctrl-C drains and commits.
            The file is run if the control log knows no topology of its name; else what the log says: see 'topology apply'.

            Example:  mixmodeler engine --kafka 127.0.0.1:9092 --redis 127.0.0.1:6379
            """) { Topology, EnvironmentName, Name, Prefix, Kafka, KafkaProperties, Redis, Roles, Bind, HubPort, ControlPort, Partitions, Visitors };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        string[] roles = parsed.GetValue(Roles)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? unknown = roles.FirstOrDefault(r => !AllRoles.Contains(r));
        if (unknown is not null || roles.Length == 0)
        {
            throw new CommandException(ExitCode.Usage, $"--roles: '{unknown}' is none of {string.Join(", ", AllRoles)}.");
        }

        string? name = parsed.GetValue(Name);
        bool hasFile = name is null || parsed.GetResult(Topology) is { Implicit: false };
        TopologyPlan? file = hasFile ? Settings.LoadTopology(parsed.GetValue(Topology)!, parsed.GetValue(EnvironmentName)) : null;
        if (file is not null && name is not null && file.Name != name)
        {
            throw new CommandException(ExitCode.Usage, $"--name: the file is of the topology '{file.Name}', not '{name}'.");
        }

        EngineOptions options = new()
        {
            Topology = file,
            Name = file?.Name ?? name!,
            Topics = file?.Topics ?? new TopicNames(parsed.GetValue(Prefix)!),
            Kafka = Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), $"mixmodeler-engine-{Environment.ProcessId}"),
            Redis = parsed.GetValue(Redis)!,
            RunsTasks = roles.Contains("tasks"),
            RunsLearner = roles.Contains("learner"),
            RunsHub = roles.Contains("hub"),
            HubBind = parsed.GetValue(Bind)!,
            HubPort = parsed.GetValue(HubPort),
            ControlBind = parsed.GetValue(Bind)!,
            ControlPort = parsed.GetValue(ControlPort),
            Partitions = parsed.GetValue(Partitions),
            VisitorsInMemory = parsed.GetValue(Visitors),
        };
        await using EngineProcess engine = new(options, Terminal.Report);
        await engine.StartAsync(stop);
        await engine.RunUntilAsync(stop);
        Terminal.Report(Observe.Severity.Information, "engine drains, commits and leaves");
        return ExitCode.Done;
    }
}
