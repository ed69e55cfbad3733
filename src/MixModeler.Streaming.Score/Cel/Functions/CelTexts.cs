using MixModeler.Streaming.Score.Cel.Evaluate;

namespace MixModeler.Streaming.Score.Cel.Functions;

/// <summary>size, contains, startsWith, endsWith: over UTF-8 in place.</summary>
internal static class CelTexts
{
    // A search by first bytes costs text × wanted at worst; beyond this product the one that never does takes over.
    private const long QuickSearchMax = 1 << 22;

    public static CelValue Size(in CelValue value, ref CelFrame frame, int offset) => value.Kind switch
    {
        CelKind.String => CelValue.Of((long)CodePoints(value.AsUtf8)),
        CelKind.Bytes => CelValue.Of((long)value.AsUtf8.Length),
        CelKind.List => CelValue.Of((long)value.AsList.Length),
        CelKind.Map => CelValue.Of((long)value.AsMap.Count),
        _ => CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"size({value.KindName})"),
    };

    public static CelValue StartsWith(in CelValue text, in CelValue wanted, ref CelFrame frame, int offset) =>
        AreTexts(text, wanted) ? CelValue.Of(text.AsUtf8.StartsWith(wanted.AsUtf8)) : NoOverload("startsWith", text, wanted, offset);

    public static CelValue EndsWith(in CelValue text, in CelValue wanted, ref CelFrame frame, int offset) =>
        AreTexts(text, wanted) ? CelValue.Of(text.AsUtf8.EndsWith(wanted.AsUtf8)) : NoOverload("endsWith", text, wanted, offset);

    public static CelValue Contains(in CelValue text, in CelValue wanted, ref CelFrame frame, int offset)
    {
        if (!AreTexts(text, wanted))
        {
            return NoOverload("contains", text, wanted, offset);
        }

        return CelValue.Of(Contains(text.AsUtf8, wanted.AsUtf8));
    }

    internal static bool Contains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted)
    {
        if ((long)text.Length * wanted.Length <= QuickSearchMax)
        {
            return text.IndexOf(wanted) >= 0;
        }

        return wanted.Length <= text.Length && ContainsInOnePass(text, wanted);
    }

    // Knuth, Morris and Pratt, "Fast pattern matching in strings" (1977): never looks at a byte of the text twice.
    private static bool ContainsInOnePass(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted)
    {
        int[] fallback = new int[wanted.Length];
        for (int i = 1, matched = 0; i < wanted.Length; i++)
        {
            while (matched > 0 && wanted[i] != wanted[matched])
            {
                matched = fallback[matched - 1];
            }

            matched += wanted[i] == wanted[matched] ? 1 : 0;
            fallback[i] = matched;
        }

        int found = 0;
        foreach (byte next in text)
        {
            while (found > 0 && next != wanted[found])
            {
                found = fallback[found - 1];
            }

            found += next == wanted[found] ? 1 : 0;
            if (found == wanted.Length)
            {
                return true;
            }
        }

        return false;
    }

    private static int CodePoints(ReadOnlySpan<byte> utf8)
    {
        int count = 0;
        foreach (byte octet in utf8)
        {
            // Every byte but those that continue a code point.
            count += (octet & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    private static bool AreTexts(in CelValue text, in CelValue wanted) => text.Kind == CelKind.String && wanted.Kind == CelKind.String;

    private static CelValue NoOverload(string function, in CelValue text, in CelValue wanted, int offset) =>
        CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{text.KindName}.{function}({wanted.KindName})");
}
