namespace MixModeler.Streaming.Topology;

/// <summary>What becomes of a record at which an operator fails.</summary>
public enum FailureAnswer
{
    /// <summary>It goes to the dead letters, with the reason.</summary>
    DeadLetter,

    /// <summary>It is counted and dropped.</summary>
    Drop,

    /// <summary>The partition stops before it.</summary>
    Stop,

    /// <summary>It is tried again, and a dead letter if that does not help.</summary>
    Retry,
}

/// <param name="Answer">What is done.</param>
/// <param name="Attempts">Of a retry: how often in all.</param>
/// <param name="BackOff">Of a retry: the wait before the second attempt; doubled before each further one.</param>
public sealed record FailurePolicy(FailureAnswer Answer, int Attempts = 1, TimeSpan BackOff = default)
{
    public static FailurePolicy DeadLetter { get; } = new(FailureAnswer.DeadLetter);

    /// <summary>Whether records may leave for the dead letters.</summary>
    public bool HasDeadLetters => Answer is FailureAnswer.DeadLetter or FailureAnswer.Retry;
}
