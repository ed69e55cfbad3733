namespace MixModeler.Streaming.Topology;

/// <summary>Full topic names: prefix + the names of the design.</summary>
public sealed record TopicNames(string Prefix = "mm.")
{
    /// <summary>The events' topic without the prefix.</summary>
    public string EventsName { get; init; } = "events";

    public string Events => Prefix + EventsName;

    /// <summary>Aggregate marketing data.</summary>
    public string Summary => Prefix + "summary";

    public string Factors => Prefix + "factors";

    public string Training => Prefix + "training";

    /// <summary>Scores of conversions.</summary>
    public string Attribution => Prefix + "attribution";

    /// <summary>What is asked of marketing-mix models: experiments, training windows.</summary>
    public string Mix => Prefix + "mix";

    /// <summary>What marketing-mix models and plans have come to, by name.</summary>
    public string Measurements => Prefix + "measurements";

    public string Models => Prefix + "models";

    public string Scores => Prefix + "scores";

    public string Decisions => Prefix + "decisions";

    public string DeadLetter => Prefix + "deadletter";

    /// <summary>Which dead letters were put back, and where.</summary>
    public string Replays => Prefix + "replays";

    public string Topologies => Prefix + "topologies";
}
