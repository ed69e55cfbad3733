using System.Security.Cryptography;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>
/// The bytes of a stream that are not consumed yet, how many were, and the hash of those. Grows only as far as its user lets
/// unconsumed bytes pile up. Owned by one thread.
/// </summary>
/// <param name="input">Read from here on; not closed.</param>
/// <param name="watchedOffset">The hash of everything before this offset is kept when it is reached; -1 for none.</param>
internal sealed class RowBuffer(Stream input, long watchedOffset) : IDisposable
{
    private const int ChunkBytes = 64 * 1_024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] bytes = new byte[2 * ChunkBytes];
    private int start;
    private int end;

    /// <summary>Of the first unconsumed byte.</summary>
    public long Offset { get; private set; }

    /// <summary>Nothing comes after what is here.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Valid until the next <see cref="FillAsync"/>, also when it was consumed.</summary>
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(start, end - start);

    public ReadOnlySpan<byte> Span => bytes.AsSpan(start, end - start);

    public int Capacity => bytes.Length;

    /// <summary>Of all bytes before the watched offset; null until it is reached.</summary>
    public string? WatchedHash { get; private set; } = watchedOffset == 0 ? HashOf(SHA256.HashData([])) : null;

    /// <summary>Of all bytes consumed so far.</summary>
    public string ConsumedHash => HashOf(hash.GetCurrentHash());

    public async ValueTask FillAsync(CancellationToken stop)
    {
        if (bytes.Length - end < ChunkBytes)
        {
            byte[] target = end - start + ChunkBytes > bytes.Length ? new byte[bytes.Length * 2] : bytes;
            bytes.AsSpan(start, end - start).CopyTo(target);
            (bytes, end, start) = (target, end - start, 0);
        }

        int read = await input.ReadAsync(bytes.AsMemory(end), stop).ConfigureAwait(false);
        IsEnded = read == 0;
        end += read;
    }

    public void Consume(int count)
    {
        ReadOnlySpan<byte> consumed = bytes.AsSpan(start, count);
        long untilWatched = watchedOffset - Offset;
        if (untilWatched > 0 && untilWatched <= count)
        {
            hash.AppendData(consumed[..(int)untilWatched]);
            WatchedHash = ConsumedHash;
            consumed = consumed[(int)untilWatched..];
        }

        hash.AppendData(consumed);
        start += count;
        Offset += count;
    }

    public void Dispose() => hash.Dispose();

    private static string HashOf(byte[] digest) => Convert.ToHexStringLower(digest);
}
