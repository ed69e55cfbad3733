using System.Collections.Immutable;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>What is known of a value before it is evaluated.</summary>
public sealed class CelType
{
    private CelType(CelKind kind, CelType? key = null, CelType? element = null, ImmutableArray<CelField> fields = default)
    {
        Kind = kind;
        Key = key;
        Element = element;
        Fields = fields.IsDefault ? [] : fields;
    }

    public static CelType Dyn { get; } = new(CelKind.Dyn);

    public static CelType Null { get; } = new(CelKind.Null);

    public static CelType Bool { get; } = new(CelKind.Bool);

    public static CelType Int { get; } = new(CelKind.Int);

    public static CelType UInt { get; } = new(CelKind.UInt);

    public static CelType Double { get; } = new(CelKind.Double);

    public static CelType String { get; } = new(CelKind.String);

    public static CelType Bytes { get; } = new(CelKind.Bytes);

    public static CelType Timestamp { get; } = new(CelKind.Timestamp);

    public static CelType Duration { get; } = new(CelKind.Duration);

    public static CelType AnyList { get; } = new(CelKind.List, null, Dyn);

    public static CelType AnyMap { get; } = new(CelKind.Map, Dyn, Dyn);

    /// <summary>The type of types.</summary>
    public static CelType Type { get; } = new(CelKind.Type);

    public CelKind Kind { get; }

    /// <summary>Of a map.</summary>
    public CelType? Key { get; }

    /// <summary>Of a list: its elements; of a map: its values.</summary>
    public CelType? Element { get; }

    /// <summary>Of a record.</summary>
    public ImmutableArray<CelField> Fields { get; }

    public static CelType ListOf(CelType element) => new(CelKind.List, null, element);

    public static CelType MapOf(CelType key, CelType value) => new(CelKind.Map, key, value);

    public static CelType RecordOf(params ReadOnlySpan<CelField> fields) => new(CelKind.Record, null, null, [.. fields]);

    /// <summary>A type as `ToString` writes it (int, list(string), map(string, dyn)…), or null.</summary>
    public static CelType? Parse(string text) => Parse(text.AsSpan(), NestingMax);

    /// <summary>Whether a value of that type may stand where this one is asked for; what is not known may.</summary>
    public bool Accepts(CelType other) =>
        Kind == CelKind.Dyn || other.Kind == CelKind.Dyn || (Kind == other.Kind && Kind switch
        {
            CelKind.List => Element!.Accepts(other.Element!),
            CelKind.Map => Key!.Accepts(other.Key!) && Element!.Accepts(other.Element!),
            CelKind.Record => ReferenceEquals(this, other),
            _ => true,
        });

    /// <summary>As the language writes it.</summary>
    public override string ToString() => Kind switch
    {
        CelKind.List => $"list({Element})",
        CelKind.Map => $"map({Key}, {Element})",
        CelKind.Record => "record",
        _ => NameOf(Kind),
    };

    internal const int NestingMax = 32;

    internal static string NameOf(CelKind kind) => kind switch
    {
        CelKind.Absent => "absent",
        CelKind.Error => "error",
        CelKind.Null => "null",
        CelKind.Bool => "bool",
        CelKind.Int => "int",
        CelKind.UInt => "uint",
        CelKind.Double => "double",
        CelKind.String => "string",
        CelKind.Bytes => "bytes",
        CelKind.Timestamp => "timestamp",
        CelKind.Duration => "duration",
        CelKind.List => "list",
        CelKind.Map => "map",
        CelKind.Type => "type",
        CelKind.Record => "record",
        _ => "dyn",
    };

    /// <summary>What `type(x)` gives; these names are the language's, not ours.</summary>
    internal static string RuntimeName(CelKind kind) => kind switch
    {
        CelKind.Null => "null_type",
        CelKind.Timestamp => "google.protobuf.Timestamp",
        CelKind.Duration => "google.protobuf.Duration",
        _ => NameOf(kind),
    };

    internal static CelType OfKind(CelKind kind) => kind switch
    {
        CelKind.Null => Null,
        CelKind.Bool => Bool,
        CelKind.Int => Int,
        CelKind.UInt => UInt,
        CelKind.Double => Double,
        CelKind.String => String,
        CelKind.Bytes => Bytes,
        CelKind.Timestamp => Timestamp,
        CelKind.Duration => Duration,
        CelKind.List => AnyList,
        CelKind.Map => AnyMap,
        CelKind.Type => Type,
        _ => Dyn,
    };

    /// <summary>The type of a list of both: theirs where it is one, else dyn.</summary>
    internal static CelType Join(CelType left, CelType right)
    {
        if (ReferenceEquals(left, right) || (left.Kind == right.Kind && left.Element is null && left.Kind != CelKind.Record))
        {
            return left;
        }

        return (left.Kind, right.Kind) switch
        {
            (CelKind.List, CelKind.List) => ListOf(Join(left.Element!, right.Element!)),
            (CelKind.Map, CelKind.Map) => MapOf(Join(left.Key!, right.Key!), Join(left.Element!, right.Element!)),
            _ => Dyn,
        };
    }

    private static CelType? Parse(ReadOnlySpan<char> text, int nesting)
    {
        text = text.Trim();
        if (nesting > 0 && text.StartsWith("list(") && text[^1] == ')')
        {
            return Parse(text[5..^1], nesting - 1) is { } element ? ListOf(element) : null;
        }

        if (nesting > 0 && text.StartsWith("map(") && text[^1] == ')')
        {
            // A key is never itself a list or map, so the first comma parts the two.
            int comma = text.IndexOf(',');
            return comma > 4 && Parse(text[4..comma], 0) is { } key && Parse(text[(comma + 1)..^1], nesting - 1) is { } value ? MapOf(key, value) : null;
        }

        for (CelKind kind = CelKind.Null; kind <= CelKind.Dyn; kind++)
        {
            if (kind != CelKind.Record && text.SequenceEqual(NameOf(kind)))
            {
                return OfKind(kind);
            }
        }

        return null;
    }
}

/// <summary>A named field of a record.</summary>
public sealed record CelField(string Name, CelType Type);
