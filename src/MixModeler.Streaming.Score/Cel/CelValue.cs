using System.Text;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>
/// A value of an expression. Scalars need no allocation; a string or bytes is a slice of somebody's buffer, which must not change
/// while the value is used.
/// </summary>
public readonly struct CelValue
{
    // What each kind keeps where:  reference      bits                number
    //   Bool, Int, UInt, Double    -              the value's bits    -
    //   String, Bytes              byte[]         offset              length
    //   Timestamp                  -              Unix seconds        nanoseconds, 0 to 999,999,999
    //   Duration                   -              nanoseconds         -
    //   List, Map, Type            array, object  -                   -
    //   Error                      detail         offset              code
    private readonly object? reference;
    private readonly long bits;
    private readonly int number;

    private CelValue(CelKind kind, long bits, object? reference = null, int number = 0)
    {
        Kind = kind;
        this.bits = bits;
        this.reference = reference;
        this.number = number;
    }

    public CelKind Kind { get; }

    public bool IsError => Kind == CelKind.Error;

    public static CelValue Absent => default;

    public static CelValue Null => new(CelKind.Null, 0);

    public static CelValue True => new(CelKind.Bool, 1);

    public static CelValue False => new(CelKind.Bool, 0);

    public static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0);

    public static CelValue Of(long value) => new(CelKind.Int, value);

    public static CelValue Of(ulong value) => new(CelKind.UInt, (long)value);

    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Copies the text; for constants and tests. Events use <see cref="OfUtf8(byte[], int, int)"/>.</summary>
    public static CelValue Of(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return OfUtf8(utf8, 0, utf8.Length);
    }

    /// <summary>A string: valid UTF-8 within a buffer that the caller owns.</summary>
    public static CelValue OfUtf8(byte[] buffer, int start, int length) => new(CelKind.String, start, buffer, length);

    public static CelValue OfBytes(byte[] buffer, int start, int length) => new(CelKind.Bytes, start, buffer, length);

    public static CelValue OfBytes(byte[] buffer) => OfBytes(buffer, 0, buffer.Length);

    /// <summary>A point in time; the caller keeps to the years 1 to 9999 (see <see cref="IsTimestamp"/>).</summary>
    public static CelValue OfTimestamp(long unixSeconds, int nanoseconds) => new(CelKind.Timestamp, unixSeconds, null, nanoseconds);

    public static CelValue OfUnixMs(long unixMs)
    {
        long seconds = Math.DivRem(unixMs, 1_000, out long rest);
        return rest < 0 ? OfTimestamp(seconds - 1, (int)(rest + 1_000) * 1_000_000) : OfTimestamp(seconds, (int)rest * 1_000_000);
    }

    public static CelValue OfDuration(long nanoseconds) => new(CelKind.Duration, nanoseconds);

    /// <summary>A list; the array must not change from here on.</summary>
    public static CelValue Of(CelValue[] items) => new(CelKind.List, 0, items);

    public static CelValue Of(CelMap map) => new(CelKind.Map, 0, map);

    public static CelValue Of(CelType type) => new(CelKind.Type, 0, type);

    internal static CelValue Of(CelErrorCode code, int offset, string detail) => new(CelKind.Error, offset, detail, (int)code);

    /// <summary>Whether a point in time lies in the years 1 to 9999.</summary>
    public static bool IsTimestamp(long unixSeconds) => unixSeconds is >= CelTime.SecondsMin and <= CelTime.SecondsMax;

    public bool AsBool => bits != 0;

    public long AsInt => bits;

    public ulong AsUInt => (ulong)bits;

    public double AsDouble => BitConverter.Int64BitsToDouble(bits);

    /// <summary>The UTF-8 of a string, or bytes.</summary>
    public ReadOnlySpan<byte> AsUtf8 => new((byte[]?)reference, (int)bits, number);

    /// <summary>A string as .NET has it; allocates.</summary>
    public string AsText => Encoding.UTF8.GetString(AsUtf8);

    public long UnixSeconds => bits;

    /// <summary>Of a timestamp: the part of its second.</summary>
    public int Nanoseconds => number;

    /// <summary>Of a duration: all of it.</summary>
    public long AsNanoseconds => bits;

    public ReadOnlySpan<CelValue> AsList => (CelValue[]?)reference;

    internal CelValue[] AsArray => (CelValue[])reference!;

    public CelMap AsMap => (CelMap)reference!;

    public CelType AsType => (CelType)reference!;

    public CelError AsError => new((CelErrorCode)number, (int)bits, (string?)reference ?? "");

    /// <summary>The name of its kind, as results are labelled: int, string, null, timestamp…</summary>
    public string KindName => CelType.NameOf(Kind);

    public override string ToString() => CelJson.ToText(this);
}
