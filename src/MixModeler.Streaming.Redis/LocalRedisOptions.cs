namespace MixModeler.Streaming.Redis;

/// <summary>Which server program runs.</summary>
public enum LocalRedisKind
{
    /// <summary>The dotnet tool garnet-server of the repository's tool manifest: on every platform, nothing to install.</summary>
    Garnet,

    /// <summary>The system's redis-server.</summary>
    Redis,
}

/// <summary>A server of one's own on the loopback interface.</summary>
public sealed record LocalRedisOptions
{
    public LocalRedisKind Kind { get; set; }

    /// <summary>0 takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Where logs and snapshots lie; made if missing. What is found there is recovered.</summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// Keeps an append-only file, so that a killed server comes back with what it had (Garnet: save the last 100 ms, state and
    /// offset together). Redis rewrites its file when it grows; Garnet's grows by about twice the bytes of each commit.
    /// </summary>
    public bool AppendOnly { get; set; } = true;

    /// <summary>Garnet's memory for keys and values, in MB; what does not fit lies on disk. Redis takes what it needs.</summary>
    public int MemoryMb { get; set; } = 512;

    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
