using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>What a change does to an operator.</summary>
[JsonConverter(typeof(CamelCaseNames<Verdict>))]
public enum Verdict
{
    /// <summary>Its state goes on as it is.</summary>
    Keep,

    /// <summary>Its state goes on in another form; nothing is read again.</summary>
    Migrate,

    /// <summary>Its state is made anew from the retained log, beside the running version, and taken over when it has caught up.</summary>
    Rebuild,

    /// <summary>It is not in the new version; its state goes.</summary>
    Drop,

    /// <summary>It is new and begins with nothing.</summary>
    Add,

    /// <summary>It has no state: the new one takes over at the switch.</summary>
    Replace,
}

/// <summary>What part of a topology a verdict is about.</summary>
[JsonConverter(typeof(CamelCaseNames<OperatorKind>))]
public enum OperatorKind
{
    Source,

    /// <summary>All that stands between the source and the features.</summary>
    Front,

    Feature,

    /// <summary>Decisions that wait for their label.</summary>
    Labels,

    Model,
    Profile,
    Decisions,
    Audience,
    Node,
    Sink,

    /// <summary>Marketing data of one source; it has a lane of its own.</summary>
    Dataset,

    /// <summary>A field that the client added to the harmonized dictionary.</summary>
    HarmonizedField,

    MergePreferences,
    Touchpoint,
    Conversion,

    /// <summary>A model of attribution; it has a lane of its own.</summary>
    Attribution,

    /// <summary>A marketing-mix model; all of them have one owner.</summary>
    Mix,

    /// <summary>A budget plan that follows a mix.</summary>
    Plan,
}

/// <summary>The verdict on one operator.</summary>
/// <param name="Operator">Its name in the new version, or in the old one where it is dropped.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Verdict">What happens to it.</param>
/// <param name="Reason">Names what changed, as a sentence.</param>
/// <param name="Loss">What cannot be had back, as a sentence; null where nothing is lost.</param>
public sealed record OperatorVerdict(string Operator, OperatorKind Kind, Verdict Verdict, string Reason, string? Loss = null)
{
    public bool IsLossy => Loss is not null;

    /// <summary>Keys that this operator has state of and that are written otherwise afterwards; 0 before sizes are known.</summary>
    public long Keys { get; init; }

    /// <summary>Topic that a dataset would be made anew from; null for all else.</summary>
    public string? Topic { get; init; }

    /// <summary>Bytes of its state under those keys, estimated.</summary>
    public long Bytes { get; init; }
}

/// <summary>An operator beside those that every topology has: a node of the graph, an audience.</summary>
/// <param name="Name">As in the topology.</param>
/// <param name="Kind"><see cref="OperatorKind.Node"/> or <see cref="OperatorKind.Audience"/>.</param>
/// <param name="Identity">Of <see cref="OperatorIdentity"/>, with all that stands before it.</param>
/// <param name="HasState">Equal identities keep it; without state they only tell whether anything changed.</param>
public sealed record DeclaredOperator(string Name, OperatorKind Kind, ulong Identity, bool HasState)
{
    /// <summary>What decides without being part of the identity: what is kept stays when it changes, and follows it.</summary>
    public string Definition { get; init; } = "";

    /// <summary>Identity of what keeps the state of several, each under its name; 0 where an operator keeps its own.</summary>
    public ulong Keeper { get; init; }

    /// <summary>Its state can be made from the events. Behind a key-by it cannot: there it begins with nothing.</summary>
    public bool IsRebuilt { get; init; } = true;
}

internal sealed class CamelCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
