using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Operate;

/// <summary>Whether the tasks of a topology work.</summary>
public sealed record RunRecord
{
    /// <summary>Names this wish, so that answers to an earlier one are not taken for answers to it.</summary>
    public required string Id { get; set; }

    public required RunState State { get; set; }

    /// <summary>Draining: for every partition of the events topic the offset up to which it works.</summary>
    public SortedDictionary<int, long>? Until { get; set; }

    public string By { get; set; } = "";

    public DateTimeOffset At { get; set; }
}

public enum RunState
{
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Tasks hold at their last commit.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>Tasks finish what was in the log at the request, commit, then hold.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,
}

/// <summary>A partition has committed everything that it was to finish.</summary>
public sealed record DrainedRecord
{
    /// <summary>Which wish to drain.</summary>
    public required string Run { get; set; }

    public long Offset { get; set; }

    public string By { get; set; } = "";
}
