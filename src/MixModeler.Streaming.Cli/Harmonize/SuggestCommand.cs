using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize suggest`: a first draft of a dataset.</summary>
internal static class SuggestCommand
{
    // A grain needs some dates to be told; more rows tell nothing more.
    private const int RecordsMax = 2_000;

    private static readonly Argument<string?> Sample = new("FILE") { Description = "A CSV file with a header, or JSON lines; without it the newest records of the topic.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Dataset = new("--dataset") { Description = "What the dataset is to be called; of a topic, what its records call it.", Required = true };
    private static readonly Option<string> Topic = new("--topic") { Description = "Without a file: the full name of the topic.", DefaultValueFactory = _ => "mm.summary" };
    private static readonly Option<string?> Topology = new("--topology") { Description = "Whose dictionary of fields to map to; the built-in one without it." };
    private static readonly Option<string> Kafka = Settings.Kafka();

    public static Command Create()
    {
        Command command = new("suggest", """
            Guess the rule of a dataset from its columns, as a piece of YAML for a topology, each mapping with its confidence.

            Example:  mixmodeler harmonize suggest youtube.csv --dataset youtube
            """) { Sample, Dataset, Topic, Topology, Kafka };
        command.SetAction(SuggestAsync);
        return command;
    }

    private static async Task<int> SuggestAsync(ParseResult parsed, CancellationToken stop)
    {
        string dataset = parsed.GetValue(Dataset)!;
        IEnumerable<HarmonizedField>? dictionary =
            parsed.GetValue(Topology) is { } file ? Settings.LoadTopology(file).Harmonized.Dictionary : null;
        string text = parsed.GetValue(Sample) is { } sample ? await BeginningOfAsync(sample, stop) : await Task.Run(() => Newest(parsed, dataset, stop), stop);
        ImmutableArray<SampleColumn> columns = ColumnsOf(text);
        if (columns.IsEmpty)
        {
            throw new CommandException(ExitCode.Failed, "There is nothing to guess from: no columns were found.");
        }

        Console.Write(MappingSuggestion.For(dataset, columns, dictionary).ToYaml());
        return ExitCode.Done;
    }

    private static ImmutableArray<SampleColumn> ColumnsOf(string text)
    {
        try
        {
            return text.TrimStart().StartsWith('{') || text.TrimStart().StartsWith('[') ? SampleColumns.OfJson(text) : SampleColumns.OfCsv(text);
        }
        catch (JsonException malformed)
        {
            throw new CommandException(ExitCode.Failed, $"What should be guessed from is no JSON: {malformed.Message}");
        }
    }

    private static async Task<string> BeginningOfAsync(string file, CancellationToken stop)
    {
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCode.Usage, $"There is no file '{file}'.");
        }

        using StreamReader reader = new(file);
        StringBuilder text = new();
        for (int lines = 0; lines <= RecordsMax && await reader.ReadLineAsync(stop) is { } line; lines++)
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    // The newest records of the dataset, or of nobody in particular, one a line.
    private static string Newest(ParseResult parsed, string dataset, CancellationToken stop)
    {
        string topic = parsed.GetValue(Topic)!;
        using LogReader logs = new(Settings.KafkaOf(parsed.GetValue(Kafka)!, null, "mixmodeler-suggest"));
        StringBuilder text = new();
        for (int partition = 0; partition < logs.Partitions(topic); partition++)
        {
            (long low, long high) = logs.Bounds(topic, partition);
            foreach (LogRecord record in logs.Read(topic, partition, Math.Max(low, high - RecordsMax), high, stop).Where(record => IsOf(record.Value, dataset)))
            {
                text.Append(Encoding.UTF8.GetString(record.Value.Span).ReplaceLineEndings(" ")).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsOf(ReadOnlyMemory<byte> value, string dataset)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && (root.TryGetProperty("dataset", out JsonElement named)
                    || (root.TryGetProperty("header", out JsonElement header) && header.TryGetProperty("datasetId", out named))
                    ? named.ValueKind == JsonValueKind.String && named.ValueEquals(dataset)
                    : true);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
