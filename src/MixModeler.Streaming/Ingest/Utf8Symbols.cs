using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Ingest;

/// <summary>The texts that a topology compares with, numbered: an event carries the number, and nothing compares text again.</summary>
internal sealed class Utf8Symbols
{
    /// <summary>Number of a text that no feature asks for.</summary>
    public const int Other = 0;

    private readonly byte[][] texts;
    private readonly int[] slots;
    private readonly int mask;

    public Utf8Symbols(IEnumerable<string> values)
    {
        texts = [[], .. values.Distinct().Select(System.Text.Encoding.UTF8.GetBytes)];
        int size = 16;
        while (size < texts.Length * 4)
        {
            size *= 2;
        }

        slots = new int[size];
        mask = size - 1;
        for (int symbol = 1; symbol < texts.Length; symbol++)
        {
            int slot = Start(texts[symbol]);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            slots[slot] = symbol;
        }
    }

    /// <summary>Symbols are 0 … Count-1; 0 is <see cref="Other"/>.</summary>
    public int Count => texts.Length;

    public int Find(ReadOnlySpan<byte> text)
    {
        for (int slot = Start(text); slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if (text.SequenceEqual(texts[slots[slot]]))
            {
                return slots[slot];
            }
        }

        return Other;
    }

    private int Start(ReadOnlySpan<byte> text) => (int)Hash128.Of(text).Low & mask;
}
