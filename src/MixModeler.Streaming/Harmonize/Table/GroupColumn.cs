namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>The values of one column of a query over all datasets, named by numbers; 0 is Null.</summary>
internal sealed class GroupColumn
{
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly List<string?> texts = [null];

    public string? this[int id] => texts[id];

    public int IdOf(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        if (!ids.TryGetValue(text, out int id))
        {
            id = texts.Count;
            texts.Add(text);
            ids.Add(text, id);
        }

        return id;
    }

    /// <summary>For each number of a dataset's column the one that it has here.</summary>
    public int[] Translate(SymbolColumn symbols)
    {
        int[] translated = new int[symbols.Count];
        for (int id = 0; id < translated.Length; id++)
        {
            translated[id] = IdOf(symbols[id]);
        }

        return translated;
    }

    /// <summary>The place of each number in alphabetical order; Null is behind all.</summary>
    public int[] Ranks()
    {
        int[] ranks = new int[texts.Count];
        int[] order = [.. Enumerable.Range(1, texts.Count - 1).OrderBy(id => texts[id], StringComparer.Ordinal)];
        for (int place = 0; place < order.Length; place++)
        {
            ranks[order[place]] = place;
        }

        ranks[0] = order.Length;
        return ranks;
    }
}
