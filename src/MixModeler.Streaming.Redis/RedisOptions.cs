using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>How to reach a Redis (or Garnet) server, and how long to wait for it.</summary>
public sealed record RedisOptions
{
    /// <summary>`host:port[,host:port…][,password=…][,ssl=true]…`, as StackExchange.Redis reads it.</summary>
    public string Configuration { get; set; } = "127.0.0.1:6379";

    /// <summary>Until a connection attempt counts as failed.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Until a command without an answer counts as failed.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a commit that got no answer is repeated before the store counts as away.</summary>
    public TimeSpan CommitPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">The configuration cannot be read.</exception>
    internal ConfigurationOptions Parse()
    {
        ConfigurationOptions parsed;
        try
        {
            parsed = ConfigurationOptions.Parse(Configuration);
        }
        catch (Exception cause) when (cause is ArgumentException or FormatException)
        {
            throw new ArgumentException($"The address of Redis cannot be read: {cause.Message}", nameof(Configuration), cause);
        }

        if (parsed.EndPoints.Count == 0)
        {
            throw new ArgumentException("The address of Redis names no server: write it as host:port.", nameof(Configuration));
        }

        int commandMs = (int)CommandTimeout.TotalMilliseconds;
        parsed.AbortOnConnectFail = false;
        parsed.ConnectRetry = 1;
        parsed.ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds;
        parsed.SyncTimeout = commandMs;
        parsed.ResponseTimeout = commandMs;
        // The default of 4 KB turns one commit into some fifty sends.
        parsed.WriteBuffer = 256 * 1024;
        parsed.TieBreaker = "";
        // Nothing is subscribed to, so a second connection per server would only be a second thing that breaks.
        parsed.CommandMap = CommandMap.Create(["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE"], available: false);
        return parsed;
    }
}
