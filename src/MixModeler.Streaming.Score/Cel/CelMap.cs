using System.Diagnostics.CodeAnalysis;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>An immutable map in the order in which it was written. 1, 1u and 1.0 are the same key.</summary>
public sealed class CelMap
{
    // Below this a look along the keys is quicker than a hash.
    private const int ScannedMax = 8;

    private readonly CelValue[] keys;
    private readonly CelValue[] values;
    private readonly Dictionary<CelValue, int>? places;

    private CelMap(CelValue[] keys, CelValue[] values, Dictionary<CelValue, int>? places)
    {
        this.keys = keys;
        this.values = values;
        this.places = places;
    }

    public static CelMap Empty { get; } = new([], [], null);

    public int Count => keys.Length;

    public ReadOnlySpan<CelValue> Keys => keys;

    public ReadOnlySpan<CelValue> Values => values;

    internal CelValue[] KeyArray => keys;

    /// <summary>A map, or none where two keys are the same: then the place of the second.</summary>
    public static bool TryCreate(CelValue[] keys, CelValue[] values, [NotNullWhen(true)] out CelMap? map, out int duplicate)
    {
        map = null;
        Dictionary<CelValue, int>? places = keys.Length > ScannedMax ? new(keys.Length, KeyComparer.Instance) : null;
        for (duplicate = 0; duplicate < keys.Length; duplicate++)
        {
            bool isNew = places is null ? Scan(keys.AsSpan(0, duplicate), keys[duplicate]) < 0 : places.TryAdd(keys[duplicate], duplicate);
            if (!isNew)
            {
                return false;
            }
        }

        map = new CelMap(keys, values, places);
        return true;
    }

    /// <summary>Whether a value may be a key when it is written: int, uint, bool or string.</summary>
    public static bool IsKey(CelKind kind) => kind is CelKind.Int or CelKind.UInt or CelKind.Bool or CelKind.String;

    public bool TryGet(in CelValue key, out CelValue value)
    {
        int place = Find(key);
        value = place < 0 ? default : values[place];
        return place >= 0;
    }

    public bool TryGet(ReadOnlySpan<byte> utf8, out CelValue value)
    {
        if (places is null)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                if (keys[i].Kind == CelKind.String && keys[i].AsUtf8.SequenceEqual(utf8))
                {
                    value = values[i];
                    return true;
                }
            }

            value = default;
            return false;
        }

        byte[] copy = utf8.ToArray();
        return TryGet(CelValue.OfUtf8(copy, 0, copy.Length), out value);
    }

    internal bool Has(in CelValue key) => Find(key) >= 0;

    private int Find(in CelValue key)
    {
        if (places is null)
        {
            return Scan(keys, key);
        }

        return places.TryGetValue(key, out int place) ? place : -1;
    }

    private static int Scan(ReadOnlySpan<CelValue> keys, in CelValue key)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (KeyComparer.Same(keys[i], key))
            {
                return i;
            }
        }

        return -1;
    }

    private sealed class KeyComparer : IEqualityComparer<CelValue>
    {
        public static readonly KeyComparer Instance = new();

        public static bool Same(in CelValue left, in CelValue right) =>
            left.Kind == CelKind.String && right.Kind == CelKind.String ? left.AsUtf8.SequenceEqual(right.AsUtf8)
            : left.Kind == CelKind.Bool || right.Kind == CelKind.Bool ? left.Kind == right.Kind && left.AsBool == right.AsBool
            : CelNumbers.IsNumber(left.Kind) && CelNumbers.IsNumber(right.Kind) && CelNumbers.Compare(left, right) == 0;

        public bool Equals(CelValue x, CelValue y) => Same(x, y);

        public int GetHashCode(CelValue obj)
        {
            switch (obj.Kind)
            {
                case CelKind.String:
                    HashCode text = default;
                    text.AddBytes(obj.AsUtf8);
                    return text.ToHashCode();
                // A whole double hashes as the int or uint that it equals.
                case CelKind.Double when obj.AsDouble is >= -9223372036854775808.0 and < 9223372036854775808.0:
                    return HashCode.Combine((long)obj.AsDouble);
                case CelKind.Double when obj.AsDouble is >= 9223372036854775808.0 and < 18446744073709551616.0:
                    return HashCode.Combine((long)(ulong)obj.AsDouble);
                case CelKind.Int or CelKind.UInt:
                    return HashCode.Combine(obj.AsInt);
                default:
                    return (int)obj.Kind;
            }
        }
    }
}
