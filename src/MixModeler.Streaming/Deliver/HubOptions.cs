namespace MixModeler.Streaming.Deliver;

/// <summary>How the hub listens to its edges.</summary>
public sealed record HubOptions
{
    /// <summary>Address to listen on. The link has no authentication, so anything but loopback belongs in a closed network.</summary>
    public string Bind { get; set; } = "127.0.0.1";

    /// <summary>0 takes a free port.</summary>
    public int Port { get; set; } = 7_171;

    public int EdgesMax { get; set; } = 1_024;

    /// <summary>Rows in one frame: some 50 KB, small enough that plans and models are not held up behind them.</summary>
    public int RowsPerFrame { get; set; } = 256;

    // An edge that takes nothing for this long is cut off; it comes back and resumes.
    public TimeSpan StallMax { get; set; } = TimeSpan.FromSeconds(60);
}
