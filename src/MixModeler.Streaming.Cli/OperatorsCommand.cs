using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler operators [NAME]`.</summary>
internal static class OperatorsCommand
{
    public static Command Create()
    {
        Argument<string?> name = new("NAME") { Description = "One operator; all of them where nothing is said.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = Settings.Json();
        Option<bool> markdown = new("--markdown") { Description = "Print the document docs/operators.md." };
        Command command = new("operators", """
            What nodes of a topology can do: options, ports, state, metrics, errors, and an example of each.

            Example:  mixmodeler operators window
            """) { name, json, markdown };
        command.SetAction(parsed => Print(parsed.GetValue(name), parsed.GetValue(json), parsed.GetValue(markdown)));
        return command;
    }

    private static int Print(string? name, bool json, bool markdown)
    {
        OperatorContract? one = name is null ? null : Operators.Find(name);
        if (name is not null && one is null)
        {
            throw new CommandException(ExitCode.Usage, $"There is no operator '{name}': {string.Join(", ", Operators.All.Select(contract => contract.Name))}.");
        }

        OperatorContract[] contracts = one is null ? [.. Operators.All] : [one];
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(contracts.Select(Json), JsonSerializerOptions.Web));
        }
        else if (markdown)
        {
            Console.Write(OperatorText.Document(contracts));
        }
        else if (one is not null)
        {
            Console.Write(OperatorText.Of(one));
        }
        else
        {
            foreach (OperatorContract contract in contracts)
            {
                Console.WriteLine($"{contract.Name,-12} {contract.Purpose}");
            }
        }

        return ExitCode.Done;
    }

    private static object Json(OperatorContract contract) => new
    {
        name = contract.Name,
        purpose = contract.Purpose,
        notes = contract.Notes,
        options = contract.Options.Select(option => new
        {
            name = option.Name,
            kind = JsonNamingPolicy.CamelCase.ConvertName(option.Kind.ToString()),
            required = option.Required,
            @default = option.Default,
            allowed = option.Allowed,
            meaning = option.Meaning,
        }),
        inputs = contract.Inputs.Select(port => port.Name),
        outputs = contract.Outputs.Select(port => port.Name),
        outputsByOption = contract.OutputsByOption,
        state = contract.State,
        metrics = contract.Metrics,
        errors = contract.Errors.Select(error => new { reason = error.Reason, meaning = error.Meaning }),
        example = contract.Example.ReplaceLineEndings("\n"),
    };
}
