namespace MixModeler.Streaming.Generate;

/// <summary>
/// What a visitor's random streams are for. Separate streams, so that asking for late or malformed records leaves the
/// visitors' behaviour and the content of their events as they were. Streams of single events add the event's ordinal.
/// </summary>
internal static class RandomPurpose
{
    public const ulong Behavior = 1UL << 32;
    public const ulong Delivery = 2UL << 32;
    public const ulong Content = 3UL << 32;
    public const ulong Flaw = 4UL << 32;

    /// <summary>The envelope's own id, so that an event is the same with and without its envelope.</summary>
    public const ulong Message = 5UL << 32;
}
