using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security;
using System.Text;

namespace MixModeler.Streaming.Score.Cel.Functions;

/// <summary>Time zones by their IANA names, found without allocating once they were used.</summary>
internal static class CelZones
{
    private const int NameBytesMax = 64;
    private const int KeptMax = 1_000;

    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, TimeZoneInfo>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Known.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool TryGet(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        Span<char> name = stackalloc char[NameBytesMax];
        if (utf8.Length is 0 or > NameBytesMax || Ascii.ToUtf16(utf8, name, out int length) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        return Lookup.TryGetValue(name[..length], out zone) || TryFind(name[..length].ToString(), out zone);
    }

    private static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        // A name is never a path: letters, digits, and / _ + - between them.
        if (name.Contains("..", StringComparison.Ordinal) || name[0] == '/')
        {
            return false;
        }

        try
        {
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone))
            {
                return false;
            }
        }
        catch (Exception e) when (e is SecurityException or InvalidTimeZoneException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }

        if (Known.Count < KeptMax)
        {
            Known.TryAdd(name, zone);
        }

        return true;
    }
}
