namespace MixModeler.Streaming;

/// <summary>Why a task cannot go on with what it holds in memory.</summary>
public enum TaskLoss
{
    /// <summary>A later epoch exists: somebody else holds the partition. Leave the group, join again.</summary>
    Fenced,

    /// <summary>The stored offset is not where this task left it (a store rolled back). Acquire and replay.</summary>
    StateMoved,

    /// <summary>The state store did not answer. Back off, acquire and replay.</summary>
    StoreAway,

    /// <summary>The log did not take an output. Back off, acquire and replay.</summary>
    OutputAway,

    /// <summary>The log no longer holds the offset the state asks for. Only an operator can decide.</summary>
    LogTruncated,

    /// <summary>A node of the flow that may not fail did. Only an operator can decide; the state stands at the last commit.</summary>
    OperatorStopped,
}

/// <summary>A task gives up its memory; the host decides by <see cref="Loss"/> how to come back.</summary>
public sealed class TaskLostException(TaskLoss loss, string message, Exception? cause = null) : Exception(message, cause)
{
    public TaskLoss Loss { get; } = loss;
}
