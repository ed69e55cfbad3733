using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli;

/// <summary>The datasets of a topology over the file of a `run`: its events, or lines {"topic", "key", "value"} of any topics.</summary>
internal static class DatasetRun
{
    private const int LinesPerFlush = 4_096;

    public static async Task RunAsync(TopologyPlan topology, string from, string? folder, CancellationToken stop)
    {
        if (from == "-")
        {
            await Console.Error.WriteLineAsync("The datasets need a file: standard input is read once.");
            return;
        }

        LocalHarmonize run = new(topology, TimeProvider.System);
        if (IsOfTopics(File.ReadLines(from).FirstOrDefault(line => line.Length > 0) ?? ""))
        {
            await using FileStream lines = File.OpenRead(from);
            await LocalFiles.SendRecordsAsync(topology, from, lines, run, stop);
        }
        else
        {
            await SendEventsAsync(topology, from, run, stop);
        }

        foreach ((DatasetPlan dataset, DatasetProgress progress) in run.Progress)
        {
            string reasons = string.Join(", ", progress.Refused.Select(reason => $"{reason.Key} {reason.Value:N0}"));
            string refused = reasons.Length == 0 ? "" : $"; refused: {reasons}";
            Console.Error.WriteLine($"  dataset {dataset.Name}: {progress.Records:N0} records, {progress.Accepted:N0} accepted{refused}");
        }

        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            string file = Path.Combine(folder, "harmonized.csv");
            await using FileStream output = File.Create(file);
            await GridCsv.WriteAsync(run.Table.Grid(new GridQuery { Size = 0 }), output, stop);
        }
    }

    private static async Task SendEventsAsync(TopologyPlan topology, string from, LocalHarmonize run, CancellationToken stop)
    {
        int number = 0;
        await foreach (string line in File.ReadLinesAsync(from, stop))
        {
            run.Send(topology.Topics.Events, IRecordSink.ByKey, [], Encoding.UTF8.GetBytes(line));
            if (++number % LinesPerFlush == 0)
            {
                await run.FlushAsync(stop);
            }
        }

        await run.FlushAsync(stop);
    }

    private static bool IsOfTopics(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("topic", out _) && document.RootElement.TryGetProperty("value", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
