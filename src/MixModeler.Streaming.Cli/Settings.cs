using System.CommandLine;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>Options that several commands share, with their environment variables.</summary>
internal static class Settings
{
    public static Option<string> Kafka() => new("--kafka")
    {
        Description = "Kafka bootstrap servers, HOST:PORT[,…] (environment: MIXMODELER_KAFKA).",
        DefaultValueFactory = _ => FromEnvironment("MIXMODELER_KAFKA", "127.0.0.1:9092"),
    };

    public static Option<string[]> KafkaProperties() => new("--kafka-option")
    {
        Description = "A librdkafka property, NAME=VALUE, such as security.protocol=SASL_SSL; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    /// <summary>How to reach Kafka, from the two options.</summary>
    public static KafkaOptions KafkaOf(string servers, string[]? properties, string clientId)
    {
        KafkaOptions kafka = new() { BootstrapServers = servers, ClientId = clientId };
        foreach (string property in properties ?? [])
        {
            int equals = property.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CommandException(ExitCode.Usage, $"--kafka-option: '{property}' is not NAME=VALUE.");
            }

            kafka.Properties[property[..equals]] = property[(equals + 1)..];
        }

        try
        {
            kafka.Validate();
            return kafka;
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }
    }

    public static Option<string> Redis() => new("--redis")
    {
        Description = "Redis, HOST:PORT[,password=…,ssl=true] (environment: MIXMODELER_REDIS).",
        DefaultValueFactory = _ => FromEnvironment("MIXMODELER_REDIS", "127.0.0.1:6379"),
    };

    public static Option<string> Topology() => new("--topology")
    {
        Description = "Topology file (environment: MIXMODELER_TOPOLOGY).",
        DefaultValueFactory = _ => FromEnvironment("MIXMODELER_TOPOLOGY", ShippedTopology()),
    };

    public static Option<string?> EnvironmentName() => new("--env")
    {
        Description = "The environment whose differences apply: a section of 'environments' in the file, or FILE.ENV.yaml beside it.",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document, for programs." };

    /// <summary>The plan of a file; its problems, all of them, end the command.</summary>
    public static TopologyPlan LoadTopology(string path, string? environment = null)
    {
        // What plans ask for is read by who solves them, and that is no part of the language.
        TopologyResult result = PlanTerms.Check(TopologyLoader.Load(path, environment));
        return result.Plan ?? throw new CommandException(ExitCode.InvalidTopology, string.Join('\n', result.Problems));
    }

    public static string FromEnvironment(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : otherwise;

    /// <summary>A command that never returned by itself ends with the process's stop signal.</summary>
    public static async Task UntilStoppedAsync(CancellationToken stop)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }

    private static string ShippedTopology()
    {
        const string Relative = "topologies/luma-propensity/topology.yaml";
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, Relative);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return Relative;
    }
}
