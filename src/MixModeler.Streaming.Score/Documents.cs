using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Score;

/// <summary>A model version as it travels: on the topic of models, over the push link and on disk.</summary>
public sealed record ModelDocument
{
    public string Topology { get; set; } = "";

    public string Model { get; set; } = "";

    public long Version { get; set; }

    public double Bias { get; set; }

    /// <summary>One weight for each of <see cref="Inputs"/>.</summary>
    public double[] Weights { get; set; } = [];

    /// <summary>Names of the inputs, in the order of the weights; whoever loads the model checks them against its schema.</summary>
    public string[] Inputs { get; set; } = [];

    /// <summary>Which label it foretells, as training examples say it; null where it was not said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LabelId { get; set; }

    /// <summary>Feature values and the score they must give: a receiver reproduces them before it switches.</summary>
    public GoldenScore[] Golden { get; set; } = [];

    /// <summary>What is known of the model's quality: prequential, over the sliding window and since start.</summary>
    public Dictionary<string, double> Metrics { get; set; } = [];
}

/// <summary>One feature vector with the score that a correct evaluation gives. Null stands for "never".</summary>
public sealed record GoldenScore
{
    public double?[] Values { get; set; } = [];

    public double Score { get; set; }
}

/// <summary>What an edge needs of a topology: features in order, and per scope the rules that map scores to experiences.</summary>
public sealed record DecisionDocument
{
    public string Topology { get; set; } = "";

    /// <summary>Hash of the topology's content.</summary>
    public string Version { get; set; } = "";

    /// <summary>
    /// Names what rows and model mean: features of the same name and kind may still count other things. Rows and models sent under one
    /// layout mean nothing under another.
    /// </summary>
    public string Layout { get; set; } = "";

    public string Model { get; set; } = "";

    /// <summary>P(label) before any model arrived.</summary>
    public double BaseRate { get; set; }

    /// <summary>"wall" reads features at the edge's own time; "event" at the newest event time seen, for replayed history.</summary>
    public string Clock { get; set; } = "wall";

    public Feature[] Features { get; set; } = [];

    /// <summary>Those that rules name.</summary>
    public AudienceDocument[] Audiences { get; set; } = [];

    public ScopeDocument[] Scopes { get; set; } = [];

    /// <summary>Rows and models of the one are rows and models of the other.</summary>
    public bool HasLayoutOf(DecisionDocument other) => Layout == other.Layout && Features.AsSpan().SequenceEqual(other.Features);
}

public sealed record ScopeDocument
{
    public string Scope { get; set; } = "";

    /// <summary>The first rule that holds wins.</summary>
    public RuleDocument[] Rules { get; set; } = [];

    /// <summary>The experience when no rule holds.</summary>
    public string Otherwise { get; set; } = "";

    /// <summary>The experience for a visitor the edge has never heard of.</summary>
    public string Unknown { get; set; } = "";
}

public sealed record RuleDocument
{
    public string Name { get; set; } = "";

    public string Show { get; set; } = "";

    /// <summary>Lower bound of the score, inclusive.</summary>
    public double ScoreFrom { get; set; }

    /// <summary>Upper bound of the score, exclusive, save 1 which is inclusive.</summary>
    public double ScoreTo { get; set; } = 1;

    public FeatureCondition[] Features { get; set; } = [];

    public AttributeCondition[] Attributes { get; set; } = [];

    /// <summary>The visitor is in one of these; none asks for nothing.</summary>
    public string[] Audiences { get; set; } = [];
}

/// <summary>Holds when the feature is known and lies within both bounds, inclusive.</summary>
public sealed record FeatureCondition
{
    public string Feature { get; set; } = "";

    public double? AtLeast { get; set; }

    public double? AtMost { get; set; }
}

/// <summary>Holds when the request carries the attribute with one of these values.</summary>
public sealed record AttributeCondition
{
    public string Name { get; set; } = "";

    public string[] AnyOf { get; set; } = [];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelDocument))]
[JsonSerializable(typeof(DecisionDocument))]
public sealed partial class DocumentJson : JsonSerializerContext;
