namespace MixModeler.Streaming.State;

/// <summary>
/// Decisions of one visitor that wait for their label, oldest arrival first: the decision's time and the feature row as it
/// stood then.
/// </summary>
internal sealed class PendingExamples(int rowWords)
{
    /// <summary>
    /// A visitor with more open decisions than this (a robot, mostly) gets no further ones until some are settled, so that
    /// no record outgrows a commit. 256 rows of 15 words pack to some 12 KB.
    /// </summary>
    public const int DecisionsMax = 256;

    private readonly int stride = 1 + rowWords;
    private long[] words = [];

    public int Count { get; private set; }

    public bool IsFull => Count == DecisionsMax;

    public long TimeMs(int i) => words[i * stride];

    public ReadOnlySpan<long> Row(int i) => words.AsSpan(i * stride + 1, rowWords);

    public void Clear() => Count = 0;

    public Span<long> Add(long timeMs)
    {
        int at = Count * stride;
        if (at + stride > words.Length)
        {
            Array.Resize(ref words, Math.Max(words.Length * 2, at + stride));
        }

        Count++;
        words[at] = timeMs;
        return words.AsSpan(at + 1, rowWords);
    }

    /// <summary>Keeps the decisions for which <paramref name="settled"/> is false, in order.</summary>
    public void RemoveSettled(ReadOnlySpan<bool> settled)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!settled[i])
            {
                if (kept != i)
                {
                    words.AsSpan(i * stride, stride).CopyTo(words.AsSpan(kept * stride));
                }

                kept++;
            }
        }

        Count = kept;
    }

    public long OldestMs()
    {
        long oldest = long.MaxValue;
        for (int i = 0; i < Count; i++)
        {
            oldest = Math.Min(oldest, TimeMs(i));
        }

        return oldest;
    }
}
