using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Cli.Ingest;

/// <summary>How rows are named, by a topology where there is one.</summary>
internal static class IngestForm
{
    private static readonly string[] Topics = ["summary", "factors", "events"];

    public static RecordForm Of(TopologyPlan? plan, string file, string dataset, string? topic)
    {
        if (topic is not null && !Topics.Contains(topic))
        {
            throw new CommandException(ExitCode.Usage, $"--topic: '{topic}' is none of {string.Join(", ", Topics)}.");
        }

        if (plan is null)
        {
            if (topic == "events")
            {
                throw new CommandException(ExitCode.Usage, "--topic events: a visitor's events share a partition, and only a topology tells whose they are; give --topology.");
            }

            Console.Error.WriteLine($"No topology tells how rows of '{dataset}' are named: each gets an _id made of what it holds. For a dataset with 'by: Replacement' give --topology, or restated rows are counted beside the old ones.");
            return RecordForm.Unknown(dataset, new TopicNames().Prefix + (topic ?? "summary"), isEvent: false);
        }

        DatasetPlan declared = plan.Harmonized.Datasets.FirstOrDefault(d => d.Name == dataset)
            ?? throw new CommandException(ExitCode.Usage, plan.Harmonized.Datasets.IsEmpty
                ? $"--dataset: {file} declares no datasets."
                : $"--dataset: {file} declares no '{dataset}'; there are: {string.Join(", ", plan.Harmonized.Datasets.Select(d => d.Name))}.");
        return topic is null || topic == declared.Topic
            ? RecordForm.Of(declared, plan.Topics)
            : throw new CommandException(ExitCode.Usage, $"--topic: '{dataset}' is read from {declared.Topic}, not from {topic}.");
    }
}
