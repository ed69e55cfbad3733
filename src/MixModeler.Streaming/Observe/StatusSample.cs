using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Observe;

/// <summary>
/// What one operator has done, as `/v1/status` tells it under `operators`: since its partitions' state began where the main job
/// counts (source, dedupe, profile, scores, training, dead letters), since the task began for the nodes written out.
/// </summary>
/// <param name="Name">The node's name in the topology.</param>
/// <param name="Operator">What kind of node it is.</param>
/// <param name="In">Records in.</param>
/// <param name="Out">Records out; of a sink those it wrote.</param>
/// <param name="Errors">Records that its failure policy took.</param>
/// <param name="P99Micros">Of the source and the profile over batches, of nodes over a sample of records; 0 where nobody measures.</param>
/// <param name="StateKeys">Keys of which it keeps something, estimated.</param>
/// <param name="StateBytes">Of those, estimated.</param>
public sealed record OperatorCounts(
    string Name, string Operator, long In, long Out, long Errors, double P99Micros, long StateKeys, long StateBytes);

/// <summary>What one operator does now: differences of two samples, over all engines. Sizes are those of the later sample.</summary>
/// <param name="Name">The node's name in the topology.</param>
/// <param name="Operator">What kind of node it is.</param>
/// <param name="InPerSecond">Records in.</param>
/// <param name="OutPerSecond">Records out.</param>
/// <param name="ErrorsPerSecond">Records that its failure policy took.</param>
/// <param name="P99Micros">The slowest engine's.</param>
/// <param name="StateKeys">Keys it keeps.</param>
/// <param name="StateBytes">Bytes it keeps.</param>
public sealed record OperatorRate(
    string Name, string Operator, double InPerSecond, double OutPerSecond, double ErrorsPerSecond, double P99Micros, long StateKeys, long StateBytes);

/// <summary>One answer of an engine's `/v1/status`, as far as rates need it.</summary>
public sealed record StatusSample
{
    public string Topology { get; set; } = "";

    public string TopologyVersion { get; set; } = "";

    public bool Healthy { get; set; }

    public string[] Problems { get; set; } = [];

    public long Applied { get; set; }

    public long Scored { get; set; }

    public long Lag { get; set; }

    public long Lost { get; set; }

    public long Duplicated { get; set; }

    public SortedDictionary<string, long> Rejected { get; set; } = [];

    /// <summary>Null where an engine does not count by operator.</summary>
    public OperatorCounts[]? Operators { get; set; }

    /// <exception cref="InvalidDataException">The text is no status.</exception>
    public static StatusSample Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ActivityJson.Default.StatusSample) ?? throw new InvalidDataException("the status is null");
        }
        catch (JsonException unlike)
        {
            throw new InvalidDataException($"the status cannot be read: {unlike.Message}", unlike);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusSample))]
[JsonSerializable(typeof(TopologyActivity))]
internal sealed partial class ActivityJson : JsonSerializerContext;
