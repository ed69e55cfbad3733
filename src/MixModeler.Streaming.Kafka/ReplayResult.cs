using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Kafka;

/// <summary>What became of a dead letter that was to be replayed.</summary>
public enum ReplayOutcome
{
    /// <summary>Its record stands on its origin topic again, by this run.</summary>
    Sent,

    /// <summary>An earlier run, or somebody else's, had done it.</summary>
    AlreadySent,

    /// <summary>An earlier run had sent it and died before it could say so; that is written down now.</summary>
    FoundSent,

    /// <summary>The topology would refuse it for what it contains.</summary>
    StillRefused,

    /// <summary>It came back too often.</summary>
    TooManyAttempts,

    /// <summary>The dead letter holds only the record's beginning, and the origin no longer holds the rest.</summary>
    RecordGone,

    /// <summary>Neither an event nor a row of a dataset.</summary>
    NotReplayable,

    /// <summary>No dead letter stands there.</summary>
    NoSuchDeadLetter,

    /// <summary>Somebody else holds it, or a send got no answer: run the command again.</summary>
    Undecided,
}

/// <summary>One dead letter of a replay.</summary>
/// <param name="Id">Its place.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Sentence">The same for people.</param>
/// <param name="Partition">Where its record stands now, on its topic; -1 where it was not sent.</param>
/// <param name="Offset">As partition.</param>
public sealed record ReplayResult(DeadLetterId Id, ReplayOutcome Outcome, string Sentence, int Partition = -1, long Offset = -1)
{
    /// <summary>The record is back in the log, whoever put it there.</summary>
    public bool IsBack => Outcome is ReplayOutcome.Sent or ReplayOutcome.AlreadySent or ReplayOutcome.FoundSent;
}

/// <summary>How a replay is done.</summary>
public sealed record ReplayOptions
{
    /// <summary>A claim holds this long; its holder sends nothing after that. Others wait for it to lapse.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Until a send without an answer is given up; well within the lease.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A record that was refused after this many replays is left alone.</summary>
    public int AttemptsMax { get; set; } = 3;

    /// <summary>Send even what the topology would refuse.</summary>
    public bool SendsRefused { get; set; }

    /// <summary>Clocks of two machines differ by less than this.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(1);
}
