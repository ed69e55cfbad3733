using System.Diagnostics.CodeAnalysis;
using MixModeler.Streaming.Score.Cel.Patterns;

namespace MixModeler.Streaming.Score.Cel.Functions;

/// <summary>Every function by its name.</summary>
internal static class CelLibrary
{
    private static readonly Dictionary<string, CelFunction> Functions = Create();

    public static IEnumerable<string> Names => Functions.Keys;

    public static bool TryGet(string name, [NotNullWhen(true)] out CelFunction? function) => Functions.TryGetValue(name, out function);

    private static Dictionary<string, CelFunction> Create()
    {
        CelType[] scalars = [CelType.String, CelType.Int, CelType.UInt, CelType.Double, CelType.Bool, CelType.Bytes, CelType.Timestamp, CelType.Duration];
        List<CelFunction> all =
        [
            new("size", CelTexts.Size, null,
                [.. Global(CelType.Int, CelType.String, CelType.Bytes, CelType.AnyList, CelType.AnyMap),
                    .. Members(CelType.Int, CelType.String, CelType.Bytes, CelType.AnyList, CelType.AnyMap)]),
            new("contains", null, CelTexts.Contains, OfText(isMember: true)),
            new("startsWith", null, CelTexts.StartsWith, OfText(isMember: true)),
            new("endsWith", null, CelTexts.EndsWith, OfText(isMember: true)),
            new("matches", null, CelPatterns.Matches, OfText(isMember: true), OfText(isMember: false)),
            new("int", CelConversions.ToInt, null, Global(CelType.Int, CelType.Int, CelType.UInt, CelType.Double, CelType.String, CelType.Timestamp)),
            new("uint", CelConversions.ToUInt, null, Global(CelType.UInt, CelType.UInt, CelType.Int, CelType.Double, CelType.String)),
            new("double", CelConversions.ToDouble, null, Global(CelType.Double, CelType.Double, CelType.Int, CelType.UInt, CelType.String)),
            new("string", CelConversions.ToText, null, Global(CelType.String, scalars)),
            new("bytes", CelConversions.ToBytes, null, Global(CelType.Bytes, CelType.Bytes, CelType.String)),
            new("bool", CelConversions.ToBool, null, Global(CelType.Bool, CelType.Bool, CelType.String)),
            new("timestamp", CelConversions.ToTimestamp, null, Global(CelType.Timestamp, CelType.Timestamp, CelType.String, CelType.Int)),
            new("duration", CelConversions.ToDuration, null, Global(CelType.Duration, CelType.Duration, CelType.String)),
            new("type", CelConversions.TypeOf, null, Global(CelType.Type, CelType.Dyn)),
            new("dyn", CelConversions.Same, null, Global(CelType.Dyn, CelType.Dyn)),
        ];
        foreach (string name in CelClock.Names)
        {
            CelClock clock = new(name);
            all.Add(new CelFunction(name, clock.InUtc, clock.InZone,
            [
                new(true, CelType.Int, CelType.Timestamp),
                new(true, CelType.Int, CelType.Timestamp, CelType.String),
                .. CelClock.IsOfDurations(name) ? Members(CelType.Int, CelType.Duration) : [],
            ]));
        }

        return all.ToDictionary(function => function.Name, StringComparer.Ordinal);
    }

    private static CelOverload[] Global(CelType result, params CelType[] each) => [.. each.Select(type => new CelOverload(false, result, type))];

    private static CelOverload[] Members(CelType result, params CelType[] each) => [.. each.Select(type => new CelOverload(true, result, type))];

    private static CelOverload OfText(bool isMember) => new(isMember, CelType.Bool, CelType.String, CelType.String);
}
