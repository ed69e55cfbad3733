using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>
/// Ids of rows that have none: the hash of the dataset, the row's content, and how many equal rows stood before it in its file.
/// The same file gives the same ids, also where rows were added to it or change their order among each other.
/// </summary>
/// <remarks>
/// Counting costs some 13 bytes for each distinct row of a file. Two rows are taken for equal if 64 bits of their hashes are: the
/// id holds 128 others, so a coincidence makes two different ids all the same.
/// </remarks>
internal sealed class RowIds : IDisposable
{
    private const int IdBytes = 16;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] digest = new byte[SHA256.HashSizeInBytes];
    private readonly Dictionary<ulong, int> repeated = [];
    private ulong[] seen = new ulong[1_024];
    private int seenCount;
    private bool hasZero;

    /// <summary>The next part of the row's content. Parts are kept apart, so that `ab`, `c` is another row than `a`, `bc`.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }

    /// <summary>The id of the row whose parts were added, as hex digits.</summary>
    public string Take()
    {
        hash.GetHashAndReset(digest);
        int before = CountBefore(BinaryPrimitives.ReadUInt64LittleEndian(digest.AsSpan(IdBytes)));
        if (before > 0)
        {
            Span<byte> number = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(number, before);
            hash.AppendData(digest);
            hash.AppendData(number);
            hash.GetHashAndReset(digest);
        }

        return Convert.ToHexStringLower(digest.AsSpan(0, IdBytes));
    }

    public void Dispose() => hash.Dispose();

    private int CountBefore(ulong print)
    {
        if (IsNew(print))
        {
            return 0;
        }

        int before = repeated.GetValueOrDefault(print) + 1;
        repeated[print] = before;
        return before;
    }

    // An open-addressing set of hashes, at most two thirds full; zero marks a free place.
    private bool IsNew(ulong print)
    {
        if (print == 0)
        {
            return !hasZero && (hasZero = true);
        }

        if (seenCount * 3L > seen.Length * 2L)
        {
            ulong[] old = seen;
            seen = new ulong[old.Length * 2];
            foreach (ulong kept in old)
            {
                if (kept != 0)
                {
                    seen[PlaceOf(kept)] = kept;
                }
            }
        }

        int place = PlaceOf(print);
        if (seen[place] == print)
        {
            return false;
        }

        seen[place] = print;
        seenCount++;
        return true;
    }

    private int PlaceOf(ulong print)
    {
        int mask = seen.Length - 1;
        int place = (int)(print & (ulong)mask);
        while (seen[place] != 0 && seen[place] != print)
        {
            place = (place + 1) & mask;
        }

        return place;
    }
}
