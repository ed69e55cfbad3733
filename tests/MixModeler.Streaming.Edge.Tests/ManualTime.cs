namespace MixModeler.Streaming.Edge.Tests;

/// <summary>A wall clock that a test moves. Timers and elapsed times stay those of the system.</summary>
internal sealed class ManualTime(long nowMs) : TimeProvider
{
    public long NowMs { get; set; } = nowMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
