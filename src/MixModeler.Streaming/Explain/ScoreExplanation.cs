using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Explain;

/// <summary>A score, led back to its inputs, features, events and versions: what `why` prints.</summary>
public sealed record ScoreExplanation
{
    public string Visitor { get; set; } = "";

    /// <summary>As it was recorded.</summary>
    public double Score { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>The event that the score came from: topic, partition and offset.</summary>
    public string Event { get; set; } = "";

    public string Topology { get; set; } = "";

    /// <summary>Of the topology file that this explanation was made with; score records do not name theirs.</summary>
    public string TopologyVersion { get; set; } = "";

    public string Model { get; set; } = "";

    /// <summary>The version that gave the score.</summary>
    public long ModelVersion { get; set; }

    /// <summary>The version whose weights stand here; another one where the log no longer holds the first.</summary>
    public long ExplainedByVersion { get; set; }

    public double Bias { get; set; }

    public InputContribution[] Inputs { get; set; } = [];

    /// <summary>Bias and all contributions.</summary>
    public double Logit { get; set; }

    /// <summary>What the weights here give for the row; the recorded score, if they are the weights that gave it.</summary>
    public double ScoreByWeights { get; set; }

    public FeatureOrigin[] Features { get; set; } = [];

    /// <summary>The visitor's events in the retained log, oldest first.</summary>
    public TracedEvent[] Events { get; set; } = [];

    /// <summary>Of how many, where not all are listed.</summary>
    public long EventsTotal { get; set; }

    /// <summary>The events in the log lead to exactly the row that was scored.</summary>
    public bool Reproduced { get; set; }

    /// <summary>What is not known, and why, in sentences.</summary>
    public string[] Reservations { get; set; } = [];
}

/// <summary>One input of the model: its share of the logit is weight × input.</summary>
public sealed record InputContribution(string Input, string Feature, double? FeatureValue, double InputValue, double Weight, double Contribution);

/// <summary>One feature and the events that made it.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Kind">count, minutesSince or decayedSum.</param>
/// <param name="Value">As of the score; null = never.</param>
/// <param name="Word">As it stands in the row.</param>
/// <param name="Events">Offsets of the events that made it, oldest first; all that the log still holds, or the newest.</param>
/// <param name="Missing">What the log no longer tells; null where it tells all.</param>
public sealed record FeatureOrigin(string Feature, string Kind, double? Value, long Word, long[] Events, string? Missing);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ScoreExplanation))]
[JsonSerializable(typeof(VisitorReport))]
public sealed partial class ExplanationJson : JsonSerializerContext;
