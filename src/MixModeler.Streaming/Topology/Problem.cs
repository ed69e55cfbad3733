namespace MixModeler.Streaming.Topology;

/// <summary>One thing that is wrong with a topology, and where. Lines and columns count from 1.</summary>
public sealed record Problem(string File, int Line, int Column, string Message)
{
    /// <summary>`file:line:column: message`, which terminals and editors make clickable.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
