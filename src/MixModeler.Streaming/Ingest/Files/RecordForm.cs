using System.Collections.Immutable;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>How the rows of a file become records of a dataset: what they are called, and what names each of them.</summary>
public sealed record RecordForm
{
    /// <summary>As records name it: one of the dataset's ids.</summary>
    public required string Dataset { get; init; }

    /// <summary>Full name.</summary>
    public required string Topic { get; init; }

    /// <summary>The row is the same when these are; empty for rows that are named otherwise.</summary>
    public ImmutableArray<string> RowKeyPaths { get; init; } = [];

    /// <summary>A row that names itself neither by `_id` nor by an external key gets an `_id` made of its content.</summary>
    public required bool HasContentIds { get; init; }

    public string DatePath { get; init; } = "";

    /// <summary>Keyed by visitor.</summary>
    public bool IsEvent { get; init; }

    /// <summary>Columns whose values are text whatever they look like.</summary>
    public ImmutableHashSet<string> TextPaths { get; init; } = [];

    /// <summary>Send rows as deletions of what they were.</summary>
    public bool Deletes { get; init; }

    /// <summary>What a run must not change about a file that another run began: rows would be named twice.</summary>
    public string Naming => HasContentIds ? "content" : RowKeyPaths.IsEmpty ? "natural" : $"key:{string.Join('+', RowKeyPaths)}";

    /// <summary>As a topology declares the dataset.</summary>
    public static RecordForm Of(DatasetPlan dataset, TopicNames topics)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(topics);
        return new RecordForm
        {
            Dataset = dataset.Ids.IsEmpty || dataset.Ids.Contains(dataset.Name) ? dataset.Name : dataset.Ids[0],
            Topic = topics.Prefix + dataset.Topic,
            RowKeyPaths = dataset.IsEvent ? [] : dataset.RowKeyPaths,
            HasContentIds = dataset.IsEvent || (dataset.RowKeyPaths.IsEmpty && dataset.Restatement == Restatement.Aggregation),
            DatePath = dataset.DatePath,
            IsEvent = dataset.IsEvent,
            TextPaths = [.. dataset.Fields.Where(field => field.Type == FieldType.String).Select(field => field.Path)],
        };
    }

    /// <summary>Where no topology tells: every row is a row of its own, named by what it holds.</summary>
    public static RecordForm Unknown(string dataset, string topic, bool isEvent) =>
        new() { Dataset = dataset, Topic = topic, HasContentIds = true, IsEvent = isEvent };
}
