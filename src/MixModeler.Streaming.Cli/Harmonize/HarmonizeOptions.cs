using System.CommandLine;
using MixModeler.Streaming.Cli.Live;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>Options that the commands of the harmonized table share: whom to ask, and what.</summary>
internal static class HarmonizeOptions
{
    public static readonly Option<string> Engine = LiveOptions.Engine();
    public static readonly Option<string?> Name = LiveOptions.Name();
    public static readonly Option<bool> Json = Settings.Json();

    public static readonly Option<string?> Topology = new("--topology") { Description = "With --from or --redis: the topology file." };
    public static readonly Option<string?> From = new("--from")
    {
        Description = "Ask no engine: harmonize these files in memory, FILE[,FILE…]; lines {\"topic\",\"key\",\"value\"}, or DATASET=FILE with its rows.",
    };

    public static readonly Option<string?> Redis = new("--redis") { Description = "Ask no engine: read what engines keep in this Redis, HOST:PORT." };
    public static readonly Option<string> Kafka = Settings.Kafka();

    public static readonly Option<string?> Filter = new("--filter") { Description = "Which rows: 'channel=TV|Social; campaign^=Spring; spend>=100; !brand?'." };
    public static readonly Option<string?> Since = new("--since") { Description = "The first date, 2021-12-31." };
    public static readonly Option<string?> Until = new("--until") { Description = "The last date." };
    public static readonly Option<string?> Grain = new("--grain") { Description = "Daily, Weekly, Monthly, Quarterly, Yearly, Finest (each dataset at its own) or Coarsest." };
    public static readonly Option<bool> Drafts = new("--drafts") { Description = "With datasets that are drafts." };

    /// <summary>A command with the options of all of them.</summary>
    public static Command Command(string name, string description, params Symbol[] own)
    {
        Command command = new(name, description);
        foreach (Symbol symbol in own.Concat([Engine, Name, Topology, From, Redis, Kafka, Json]))
        {
            switch (symbol)
            {
                case Option option:
                    command.Options.Add(option);
                    break;
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
            }
        }

        return command;
    }

    /// <summary>What is said, by the names of the control port.</summary>
    public static Dictionary<string, string> Words(params (string Name, string? Said)[] more)
    {
        Dictionary<string, string> words = new(StringComparer.Ordinal);
        foreach ((string name, string? said) in more)
        {
            if (!string.IsNullOrEmpty(said))
            {
                words[name] = said;
            }
        }

        return words;
    }

    /// <summary>Those of a view over time, and more.</summary>
    public static Dictionary<string, string> View(ParseResult parsed, params (string Name, string? Said)[] more) => Words(
        [
            ("from", parsed.GetValue(Since)), ("to", parsed.GetValue(Until)), ("grain", parsed.GetValue(Grain)),
            ("drafts", parsed.GetValue(Drafts) ? "true" : null), .. more,
        ]);
}
