namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// Files of nodes that a resolved text brings along, so that whoever reads it needs no folder; others are read from disk. What was
/// read is kept, for the text that is written from it.
/// </summary>
internal sealed class CarriedFiles(YamlNode? carried) : INodeFiles
{
    /// <summary>The member of a resolved text that holds files by name.</summary>
    public const string Member = "files";

    // More would leave too little of what a topology's text may have; what does not fit is read beside the file as before.
    private const int CharactersMax = 128 * 1_024;

    private readonly DiskNodeFiles disk = new();
    private readonly SortedDictionary<string, (string Shown, string Content)> read = new(StringComparer.Ordinal);

    public string? Read(YamlNode name, ProblemList problems)
    {
        string? content = carried?[name.Text] is { Kind: YamlKind.Text } text ? text.Text : disk.Read(name, problems);
        if (content is null)
        {
            return null;
        }

        if (read.TryGetValue(name.Text, out (string Shown, string Content) other) && other.Content != content)
        {
            problems.Add(name, $"{YamlNode.Quote(name.Text)} is another file here than in {other.Shown}: files of nodes in several folders need names of their own");
            return null;
        }

        read[name.Text] = (Shown(name), content);
        return content;
    }

    public string Shown(YamlNode name) => disk.Shown(name);

    /// <summary>The tree with what was read in it.</summary>
    public YamlNode Put(YamlNode root)
    {
        YamlNode files = new(YamlKind.Map, root.Place);
        int left = CharactersMax;
        foreach ((string name, (_, string content)) in read)
        {
            if (content.Length <= left)
            {
                left -= content.Length;
                files.Entries.Add(new(Text(name), Text(content)));
            }
        }

        return files.Entries.Count == 0 ? root : root.With([.. root.Entries, new(Text(Member), files)]);

        YamlNode Text(string text) => new(YamlKind.Text, root.Place) { Text = text, IsQuoted = true };
    }
}
