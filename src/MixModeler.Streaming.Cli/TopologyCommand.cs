using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler topology validate FILE`.</summary>
internal static class TopologyCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "The topology file." };
        Option<bool> json = Settings.Json();
        Command validate = new("validate", """
            Check a topology; every problem is printed as FILE:LINE:COLUMN.

            Example:  mixmodeler topology validate topologies/luma-propensity/topology.yaml
            """) { file, json };
        validate.SetAction(parsed => Validate(parsed.GetValue(file)!, parsed.GetValue(json)));
        return new Command("topology", "Work with topologies.\n\nExample:  mixmodeler topology validate FILE") { validate };
    }

    private static int Validate(string file, bool json)
    {
        TopologyResult result = TopologyLoader.Load(file);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    valid = result.IsValid,
                    topology = result.Plan?.Name,
                    version = result.Plan?.Version,
                    problems = result.Problems.Select(p => new { file = p.File, line = p.Line, column = p.Column, message = p.Message }),
                },
                JsonSerializerOptions.Web));
        }
        else if (result.Plan is { } plan)
        {
            Console.WriteLine($"{file}: topology '{plan.Name}' version {plan.Version} is valid: {plan.Schema.Features.Length} features, "
                + $"{plan.Schema.InputCount} model inputs, {plan.Decisions.Scopes.Length} scopes.");
        }
        else
        {
            Console.Error.WriteLine(string.Join('\n', result.Problems));
        }

        return result.IsValid ? ExitCode.Done : ExitCode.InvalidTopology;
    }
}
