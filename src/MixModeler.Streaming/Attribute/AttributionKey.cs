using System.Buffers.Binary;
using System.Text;

namespace MixModeler.Streaming.Attribute;

/// <summary>Keys of an attribution task's state: a letter, and what follows it.</summary>
public static class AttributionKey
{
    private const byte VisitorLetter = (byte)'v';
    private const byte DayLetter = (byte)'d';

    /// <summary>Sums over all journeys that hold.</summary>
    public static byte[] Totals => "t"u8.ToArray();

    /// <summary>The survival model, and the effects that scores are made with.</summary>
    public static byte[] Model => "m"u8.ToArray();

    public static byte[] Visitor(string visitor) => [VisitorLetter, .. Encoding.UTF8.GetBytes(visitor)];

    public static string VisitorOf(ReadOnlySpan<byte> key) => Encoding.UTF8.GetString(key[1..]);

    /// <param name="day">Days since 1970.</param>
    public static byte[] Day(int day)
    {
        byte[] key = new byte[5];
        key[0] = DayLetter;
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), day);
        return key;
    }
}
