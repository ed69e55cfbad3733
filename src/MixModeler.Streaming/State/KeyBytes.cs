namespace MixModeler.Streaming.State;

/// <summary>Keys as the stores see them: equal by content, ordered byte by byte, schedules ordered by due time first.</summary>
internal sealed class KeyBytes : IEqualityComparer<byte[]>, IComparer<DueKey>
{
    public static readonly KeyBytes Order = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] key)
    {
        HashCode hash = default;
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    public int Compare(DueKey x, DueKey y)
    {
        int byTime = x.DueMs.CompareTo(y.DueMs);
        return byTime != 0 ? byTime : x.Key.AsSpan().SequenceCompareTo(y.Key);
    }
}
