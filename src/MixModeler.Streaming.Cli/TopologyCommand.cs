using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler topology …`: what can be done with a topology.</summary>
internal static class TopologyCommand
{
    public static Command Create()
    {
        Command command = new("topology", "Work with topologies, in files and running.\n\nExample:  mixmodeler topology validate FILE")
        {
            CreateValidate(),
            CreateGraph(),
            CreateSchema(),
            TopologyTestCommand.Create(),
            RunCommand.CreateUnderTopology(),
            TopologyTopCommand.Create(),
        };
        foreach (Command live in LiveCommands.All())
        {
            command.Subcommands.Add(live);
        }

        return command;
    }

    private static Command CreateValidate()
    {
        Argument<string[]> files = new("FILE") { Description = "Topology files.", Arity = ArgumentArity.OneOrMore };
        Option<string?> environment = Settings.EnvironmentName();
        Option<bool> json = Settings.Json();
        Command validate = new("validate", """
            Check topologies; every problem is printed as FILE:LINE:COLUMN.

            Example:  mixmodeler topology validate topologies/luma-propensity/topology.yaml
            """) { files, environment, json };
        validate.SetAction(parsed => Validate(parsed.GetValue(files)!, parsed.GetValue(environment), parsed.GetValue(json)));
        return validate;
    }

    private static Command CreateGraph()
    {
        Argument<string> file = new("FILE") { Description = "The topology file." };
        Option<string> format = new("--format") { Description = "mermaid (for Markdown), dot (for Graphviz) or json.", DefaultValueFactory = _ => "mermaid" };
        format.AcceptOnlyFromAmong("mermaid", "dot", "json");
        Option<string?> environment = Settings.EnvironmentName();
        Command graph = new("graph", """
            Print the graph of a topology: its operators and what flows between them.

            Example:  mixmodeler topology graph topologies/luma-propensity/topology.yaml --format dot | dot -Tsvg > graph.svg
            """) { file, format, environment };
        graph.SetAction(parsed =>
        {
            TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(file)!, parsed.GetValue(environment));
            Console.Write(parsed.GetValue(format) switch
            {
                "dot" => GraphText.Dot(plan),
                "json" => GraphText.Json(plan),
                _ => GraphText.Mermaid(plan),
            });
            return ExitCode.Done;
        });
        return graph;
    }

    private static Command CreateSchema()
    {
        Command schema = new("schema", """
            Print the JSON Schema of topologies, for editors that complete and check while you write.

            Example:  mixmodeler topology schema > topology.schema.json
            """);
        schema.SetAction(_ =>
        {
            Console.Write(TopologySchema.Text);
            return ExitCode.Done;
        });
        return schema;
    }

    private static int Validate(string[] files, string? environment, bool json)
    {
        (string File, TopologyResult Result)[] results = [.. files.Select(file => (file, PlanTerms.Check(TopologyLoader.Load(file, environment))))];
        bool isValid = results.All(one => one.Result.IsValid);
        if (json)
        {
            object document = results is [(_, TopologyResult only)]
                ? Document(only)
                : new { valid = isValid, files = results.Select(one => new { file = one.File, result = Document(one.Result) }) };
            Console.WriteLine(JsonSerializer.Serialize(document, JsonSerializerOptions.Web));
            return isValid ? ExitCode.Done : ExitCode.InvalidTopology;
        }

        foreach ((string file, TopologyResult result) in results)
        {
            if (result.Plan is { } plan)
            {
                Console.WriteLine($"{file}: topology '{plan.Name}' version {plan.Version} is valid: {plan.Schema.Features.Length} features, "
                    + $"{plan.Schema.InputCount} model inputs, {plan.Decisions.Scopes.Length} scopes"
                    + (plan.Harmonized.IsEmpty ? "." : $", {plan.Harmonized.Datasets.Length} datasets."));
            }
            else
            {
                Console.Error.WriteLine(string.Join('\n', result.Problems));
            }
        }

        return isValid ? ExitCode.Done : ExitCode.InvalidTopology;
    }

    private static object Document(TopologyResult result) => new
    {
        valid = result.IsValid,
        topology = result.Plan?.Name,
        version = result.Plan?.Version,
        problems = result.Problems.Select(p => new { file = p.File, line = p.Line, column = p.Column, message = p.Message }),
    };
}
