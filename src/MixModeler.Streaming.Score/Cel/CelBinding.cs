using System.Buffers.Text;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>A name with its value, as somebody hands them to one evaluation: `x`, or `x:uint` to say what the JSON stands for.</summary>
/// <param name="Name">May have dots.</param>
/// <param name="Type">What is declared: dyn unless a type was named.</param>
/// <param name="Value">The value, of that type.</param>
public sealed record CelBinding(string Name, CelType Type, CelValue Value)
{
    /// <summary>From `name` or `name:type` and its JSON; null with the problem.</summary>
    public static CelBinding? Create(string written, in CelValue json, out string problem)
    {
        int colon = written.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? written : written[..colon];
        if (name.Length == 0 || name.Split('.').Any(part => !IsIdentifier(part)))
        {
            problem = $"'{name}' is no name: letters, digits and _, the first no digit, dots between";
            return null;
        }

        CelType? type = colon < 0 ? CelType.Dyn : CelType.Parse(written[(colon + 1)..]);
        if (type is null)
        {
            problem = $"'{written[(colon + 1)..]}' is no type: int, uint, double, bool, string, bytes, null, timestamp, duration, type, list(…), map(…, …) or dyn";
            return null;
        }

        if (!TryConvert(json, type, out CelValue value))
        {
            problem = $"the value of '{name}' is no {type}";
            return null;
        }

        problem = "";
        return new CelBinding(name, type, value);
    }

    /// <summary>What a value read from JSON stands for when its type is known: bytes are base64, times are text.</summary>
    public static bool TryConvert(in CelValue json, CelType type, out CelValue value)
    {
        value = json;
        switch (type.Kind)
        {
            case CelKind.Dyn:
                return true;
            case CelKind.UInt when json.Kind == CelKind.Int:
                value = CelValue.Of((ulong)json.AsInt);
                return json.AsInt >= 0;
            case CelKind.Double when json.Kind is CelKind.Int or CelKind.UInt or CelKind.String:
                return TryDouble(json, out value);
            case CelKind.Bytes when json.Kind == CelKind.String:
                return TryBytes(json, out value);
            case CelKind.Timestamp when json.Kind == CelKind.String:
                return CelTime.TryParseTimestamp(json.AsUtf8, out value);
            case CelKind.Duration when json.Kind == CelKind.String:
                return CelTime.TryParseDuration(json.AsUtf8, out value);
            case CelKind.Type when json.Kind == CelKind.String:
                return TryType(json, out value);
            case CelKind.List when json.Kind == CelKind.List:
                return TryList(json, type.Element!, out value);
            case CelKind.Map when json.Kind == CelKind.Map:
                return TryMap(json.AsMap, type, out value);
            default:
                return json.Kind == type.Kind;
        }
    }

    private static bool TryDouble(in CelValue json, out CelValue value)
    {
        double number = json.Kind switch
        {
            CelKind.Int => json.AsInt,
            CelKind.UInt => json.AsUInt,
            _ when json.AsUtf8.SequenceEqual("Infinity"u8) => double.PositiveInfinity,
            _ when json.AsUtf8.SequenceEqual("-Infinity"u8) => double.NegativeInfinity,
            _ => double.NaN,
        };
        value = CelValue.Of(number);
        return json.Kind != CelKind.String || !double.IsNaN(number) || json.AsUtf8.SequenceEqual("NaN"u8);
    }

    private static bool TryBytes(in CelValue json, out CelValue value)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(json.AsUtf8.Length)];
        bool isValid = Base64.DecodeFromUtf8(json.AsUtf8, bytes, out _, out int written) == System.Buffers.OperationStatus.Done;
        value = CelValue.OfBytes(bytes, 0, written);
        return isValid;
    }

    private static bool TryType(in CelValue json, out CelValue value)
    {
        string name = json.AsText;
        for (CelKind kind = CelKind.Null; kind <= CelKind.Type; kind++)
        {
            if (name == CelType.RuntimeName(kind) || name == CelType.NameOf(kind))
            {
                value = CelValue.Of(CelType.OfKind(kind));
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool TryList(in CelValue json, CelType element, out CelValue value)
    {
        CelValue[] items = json.AsList.ToArray();
        value = CelValue.Of(items);
        for (int i = 0; i < items.Length; i++)
        {
            if (!TryConvert(json.AsList[i], element, out items[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryMap(CelMap json, CelType type, out CelValue value)
    {
        value = default;
        CelValue[] keys = new CelValue[json.Count];
        CelValue[] values = new CelValue[json.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            if (!TryKey(json.Keys[i], type.Key!, out keys[i]) || !TryConvert(json.Values[i], type.Element!, out values[i]))
            {
                return false;
            }
        }

        bool isMap = CelMap.TryCreate(keys, values, out CelMap? map, out _);
        value = isMap ? CelValue.Of(map!) : default;
        return isMap;
    }

    // JSON has no keys but strings; what they stand for is read from them.
    private static bool TryKey(in CelValue json, CelType type, out CelValue key)
    {
        key = json;
        switch (type.Kind)
        {
            case CelKind.Dyn or CelKind.String:
                return true;
            case CelKind.Int:
                bool isInt = Utf8Parser.TryParse(json.AsUtf8, out long whole, out int used) && used == json.AsUtf8.Length;
                key = CelValue.Of(whole);
                return isInt;
            case CelKind.UInt:
                bool isUInt = Utf8Parser.TryParse(json.AsUtf8, out ulong natural, out int taken) && taken == json.AsUtf8.Length;
                key = CelValue.Of(natural);
                return isUInt;
            case CelKind.Bool:
                key = CelValue.Of(json.AsUtf8.SequenceEqual("true"u8));
                return key.AsBool || json.AsUtf8.SequenceEqual("false"u8);
            default:
                return false;
        }
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
