namespace MixModeler.Streaming.Topology;

/// <summary>
/// Reads a file with everything it includes, as if the included files stood at its top. Owns the limits on how much that is.
/// </summary>
internal sealed class IncludeReader(ITopologyFiles files)
{
    public const string Include = "include";
    private const int FilesMax = 64;

    public static Shape Shape { get; } = Shape.List(Shape.Text, "files in the topology's folder, e.g. parts/features.yaml or parts/*.yaml", FilesMax);

    // Every file that was read, with the place that asked for it.
    private readonly Dictionary<string, Place> read = new(StringComparer.Ordinal);
    private readonly List<string> open = [];
    private long characters;

    /// <summary>False once a file could not be read: what is missing then is not known.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>The tree of the file and its includes; null where the file itself could not be read.</summary>
    public YamlNode? Read(string name, ProblemList all) => ReadAt(name, new Place(files.Shown(name), 1, 1), all);

    private YamlNode? ReadAt(string name, Place askedAt, ProblemList all)
    {
        ProblemList problems = all.In(files.Shown(name));
        read.Add(name, askedAt);
        string? text = files.Read(name, problems);
        characters += text?.Length ?? 0;
        if (text is not null && characters > YamlTree.CharactersMax && read.Count > 1)
        {
            problems.Add(askedAt, $"with {YamlNode.Quote(name)} these are {characters:N0} characters: a topology has at most {YamlTree.CharactersMax:N0} in all its files");
            text = null;
        }

        YamlNode? root = text is null ? null : YamlTree.Parse(text, problems);
        if (root is null)
        {
            IsComplete = false;
            return null;
        }

        if (root.Kind != YamlKind.Map)
        {
            return root;
        }

        TreeMerge merge = new(problems);
        YamlNode own = root.With(root.Entries.Where(entry => entry.Key.Text != Include));
        YamlNode joined = root.With([]);
        open.Add(name);
        foreach (YamlNode part in Included(name, root, problems))
        {
            if (part.Kind == YamlKind.Map)
            {
                joined = merge.Join(joined, part);
            }
            else
            {
                problems.Add(part, $"an included file is a map with sections of a topology; found {part.Found}");
            }
        }

        open.RemoveAt(open.Count - 1);
        return merge.Join(joined, own);
    }

    private List<YamlNode> Included(string name, YamlNode root, ProblemList problems)
    {
        List<YamlNode> parts = [];
        MapReader map = MapReader.Open(root.With(root.Entries.Where(entry => entry.Key.Text == Include)), "a topology", problems, allowed: null)!;
        foreach (YamlNode item in map.Items(Include, Shape.OfWhat, required: false, Shape.CountMax))
        {
            if (MapReader.IsText(item, "an include", problems))
            {
                foreach (string file in Named(name, item, problems))
                {
                    if (MayRead(file, item, problems) && ReadAt(file, item.Place, problems) is YamlNode part)
                    {
                        parts.Add(part);
                    }
                }
            }
        }

        return parts;
    }

    // The files that an include names: one, or those that match.
    private IReadOnlyList<string> Named(string from, YamlNode item, ProblemList problems)
    {
        string? path = RelativePath.Resolve(from, item.Text);
        if (path is null)
        {
            IsComplete = false;
            problems.Add(item, $"{item.Found} leads out of the topology's folder: an include names a file in it, with forward slashes");
            return [];
        }

        int slash = path.LastIndexOf('/');
        string folder = slash < 0 ? "" : path[..slash];
        string last = path[(slash + 1)..];
        bool isPattern = last.AsSpan().ContainsAny('*', '?');
        IReadOnlyList<string> found = isPattern ? files.Match(folder, last) : files.Exists(path) ? [path] : [];
        if (found.Count == 0)
        {
            IsComplete = false;
            string nearest = !isPattern && NearestName.Of(path, files.Match(folder, "*")) is string meant ? $"; did you mean '{meant}'?" : "";
            problems.Add(item, isPattern ? $"no file is named like {item.Found}" : $"there is no file {item.Found} in the topology's folder{nearest}");
        }

        return found;
    }

    private bool MayRead(string file, YamlNode item, ProblemList problems)
    {
        int cycle = open.IndexOf(file);
        if (cycle >= 0)
        {
            problems.Add(item, $"a file that includes itself: {string.Join(" -> ", open.Skip(cycle).Append(file))}");
        }
        else if (read.TryGetValue(file, out Place first))
        {
            problems.Add(item, $"'{file}' is included twice; first at {first}");
        }
        else if (read.Count >= FilesMax)
        {
            problems.Add(item, $"more than {FilesMax} files");
        }
        else
        {
            return true;
        }

        IsComplete = false;
        return false;
    }
}
