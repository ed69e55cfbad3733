namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// The values of one dimension, each held once and named by a number; 0 is Null. A value that no row has any more is forgotten,
/// so that a column is never larger than its rows make it.
/// </summary>
internal sealed class SymbolColumn
{
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly List<string?> texts = [null];
    private readonly List<int> uses = [0];
    private readonly Stack<int> free = [];

    /// <summary>Above every number in use.</summary>
    public int Count => texts.Count;

    /// <summary>Null too for a number that is not in use.</summary>
    public string? this[int id] => texts[id];

    public int Take(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        if (!ids.TryGetValue(text, out int id))
        {
            if (!free.TryPop(out id))
            {
                id = texts.Count;
                texts.Add(null);
                uses.Add(0);
            }

            texts[id] = text;
            ids.Add(text, id);
        }

        uses[id]++;
        return id;
    }

    public void Release(int id)
    {
        if (id != 0 && --uses[id] == 0)
        {
            ids.Remove(texts[id]!);
            texts[id] = null;
            free.Push(id);
        }
    }
}
