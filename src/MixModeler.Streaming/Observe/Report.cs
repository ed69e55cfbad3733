namespace MixModeler.Streaming.Observe;

/// <summary>How much a sentence matters to the operator.</summary>
public enum Severity
{
    /// <summary>Good to know: something started, stopped or came back.</summary>
    Information,

    /// <summary>Work goes on, but later than it should.</summary>
    Warning,

    /// <summary>Something stands still until it is repaired.</summary>
    Error,
}

/// <summary>Takes one sentence for the operator. Called from any thread; never in a loop without a change of state.</summary>
public delegate void Report(Severity severity, string sentence);
