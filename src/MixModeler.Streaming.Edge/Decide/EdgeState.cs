namespace MixModeler.Streaming.Edge.Decide;

// The one place where the push link's thread hands over to the deciding threads.
internal sealed class EdgeState
{
    private EdgeImage? image;
    private long eventMs;

    public EdgeImage? Image => Volatile.Read(ref image);

    // Time of the newest event seen over the link, ms since 1970.
    public long EventMs => Volatile.Read(ref eventMs);

    public void Publish(EdgeImage next) => Volatile.Write(ref image, next);

    // For the one writer.
    public void Saw(long newestEventMs)
    {
        if (newestEventMs > eventMs)
        {
            Volatile.Write(ref eventMs, newestEventMs);
        }
    }
}
