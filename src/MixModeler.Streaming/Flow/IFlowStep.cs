namespace MixModeler.Streaming.Flow;

/// <summary>What a node does with a record. Owned by one task.</summary>
internal interface IFlowStep
{
    /// <summary>The record goes no further, or has been emitted.</summary>
    const int Done = -1;

    /// <summary>It failed; the frame says why.</summary>
    const int Failed = -2;

    /// <param name="frame">The record, and what is kept of its key.</param>
    /// <param name="port">Where it comes in.</param>
    /// <returns>The port by which the record goes on, or one of the above.</returns>
    int Process(FlowFrame frame, int port);
}

/// <summary>A step that speaks when event time reaches a key, without a record of that key.</summary>
internal interface IFlowClock
{
    void Advance(FlowFrame frame);
}

/// <summary>A step whose failures may pass, so that trying again makes sense: it changes nothing before it fails.</summary>
internal interface IRepeatable;
