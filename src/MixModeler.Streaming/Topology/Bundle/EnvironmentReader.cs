namespace MixModeler.Streaming.Topology;

/// <summary>
/// Lays an environment over a topology: first what `environments: { NAME: … }` says inside of it, then the file beside it
/// (`topology.NAME.yaml` beside `topology.yaml`).
/// </summary>
internal sealed class EnvironmentReader(ITopologyFiles files, IncludeReader includes, ProblemList problems)
{
    public const string Environments = "environments";
    private const string NameCharacters = "-_";
    private const int EnvironmentsMax = 16;

    private readonly TreeMerge merge = new(problems);
    private readonly Dictionary<string, YamlNode> inline = new(StringComparer.Ordinal);

    public static Shape Shape { get; } = Shape.Named(NameCharacters, Shape.Anything, EnvironmentsMax);

    public IReadOnlyCollection<string> InlineNames => inline.Keys;

    /// <summary>Takes the section out of the tree.</summary>
    public YamlNode TakeInline(YamlNode root)
    {
        Shape language = Shape.Map(new Member(Environments, Shape, ""));
        MapReader section = MapReader.Open(root.With(root.Entries.Where(entry => entry.Key.Text == Environments)), "a topology", problems, language)!;
        if (section.Has(Environments))
        {
            section.Value(Environments);
            foreach ((YamlNode key, YamlNode value) in section.Named(Environments, "an environment"))
            {
                if (value.Kind == YamlKind.Map)
                {
                    inline.Add(key.Text, Checked(value));
                }
                else
                {
                    problems.Add(value, $"the environment {YamlNode.Quote(key.Text)} is a map with sections of a topology; found {value.Found}");
                }
            }
        }

        return root.With(root.Entries.Where(entry => entry.Key.Text != Environments));
    }

    public YamlNode LayInline(YamlNode root, string environment) =>
        inline.TryGetValue(environment, out YamlNode? top) ? merge.Overlay(root, top) : root;

    /// <summary>The tree with everything that belongs to the environment laid over it.</summary>
    public YamlNode Lay(YamlNode root, string file, string environment)
    {
        if (!Names.IsName(environment, NameCharacters))
        {
            problems.Add(1, 1, $"the environment {YamlNode.Quote(environment)} is {Names.Rule(NameCharacters)}");
            return root;
        }

        string beside = Beside(file, environment);
        bool isBeside = files.Exists(beside);
        if (!isBeside && !inline.ContainsKey(environment))
        {
            string[] known = [.. inline.Keys.Concat(BesideNames(file)).Distinct().Order(StringComparer.Ordinal)];
            string advice = known.Length == 0 ? $": neither 'environments' nor a file '{beside}' names it" : NearestName.Advice(environment, known);
            problems.Add(1, 1, $"there is no environment {YamlNode.Quote(environment)}{advice}");
            return root;
        }

        YamlNode laid = LayInline(root, environment);
        if (!isBeside || includes.Read(beside, problems) is not YamlNode top)
        {
            return laid;
        }

        if (top.Kind == YamlKind.Map)
        {
            return merge.Overlay(laid, Checked(top));
        }

        problems.Add(top, $"an environment is a map with sections of a topology; found {top.Found}");
        return laid;
    }

    // An environment of an environment would never be read.
    private YamlNode Checked(YamlNode top)
    {
        foreach ((YamlNode key, _) in top.Entries)
        {
            if (key.Text.TrimEnd('+') is Environments or IncludeReader.Include)
            {
                problems.Add(key, $"an environment has no {YamlNode.Quote(key.Text)}");
            }
        }

        return top.With(top.Entries.Where(entry => entry.Key.Text.TrimEnd('+') is not (Environments or IncludeReader.Include)));
    }

    private static string Beside(string file, string environment) =>
        $"{Stem(file)}.{environment}{Path.GetExtension(file)}";

    private IEnumerable<string> BesideNames(string file) => files.Match("", Beside(file, "*"))
        .Select(name => name[(Stem(file).Length + 1)..^Path.GetExtension(file).Length])
        .Where(name => Names.IsName(name, NameCharacters));

    private static string Stem(string file) => file[..^Path.GetExtension(file).Length];
}
