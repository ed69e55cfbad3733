namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Names of channels as small numbers, in the order in which they were first seen. Not thread-safe; owned by whoever counts with it.
/// </summary>
public sealed class ChannelNames
{
    /// <summary>More channels than any plan has; a state of order 4 packs four ids into 64 bits.</summary>
    public const int ChannelsMax = 65_000;

    private readonly List<string> names = [];
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> byText;

    public ChannelNames() => byText = ids.GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => names.Count;

    public string this[int channel] => names[channel];

    /// <summary>The id of a name; a new one where it was never seen. Allocates only for new names.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="ChannelsMax"/> channels already.</exception>
    public int Intern(ReadOnlySpan<char> name)
    {
        if (byText.TryGetValue(name, out int id))
        {
            return id;
        }

        if (names.Count == ChannelsMax)
        {
            throw new InvalidOperationException($"more than {ChannelsMax} channels");
        }

        string text = name.ToString();
        names.Add(text);
        ids.Add(text, names.Count - 1);
        return names.Count - 1;
    }

    /// <summary>The id of a name, or -1.</summary>
    public int Find(ReadOnlySpan<char> name) => byText.TryGetValue(name, out int id) ? id : -1;
}
