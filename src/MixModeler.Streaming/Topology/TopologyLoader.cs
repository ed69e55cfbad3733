using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// Turns a topology file, with what it includes and one of its environments, into a plan, or into every problem it has, each
/// with its place. A bad file never throws.
/// </summary>
public static class TopologyLoader
{
    /// <summary>Reads and checks a file; that it is missing or unreadable is a problem like any other.</summary>
    /// <param name="path">The file. Its folder is the topology's: includes and environments stand in it.</param>
    /// <param name="environment">Whose differences to lay over the file; null for none.</param>
    public static TopologyResult Load(string path, string? environment = null) => Load(path, environment, NodeCheck.Instance);

    /// <summary>As <see cref="Load(string, string?)"/>, as if the file had this text: what it includes is still read from its folder.</summary>
    public static TopologyResult LoadEdited(string path, string text, string? environment = null)
    {
        string file = Path.GetFileName(path);
        return Resolve(new EditedFiles(new DiskFiles(path[..^file.Length]), file, text), file, environment, NodeCheck.Instance);
    }

    /// <param name="text">The file's content.</param>
    /// <param name="fileName">Stands in front of every problem.</param>
    /// <param name="environment">One of the environments in the text; null for none.</param>
    public static TopologyResult Parse(string text, string fileName, string? environment = null) =>
        Parse(text, fileName, environment, NodeCheck.Instance);

    /// <summary>A bundle of files that are not on disk.</summary>
    /// <param name="files">Texts by name, with forward slashes.</param>
    /// <param name="file">The name of the topology among them.</param>
    /// <param name="environment">Whose differences to lay over it; null for none.</param>
    public static TopologyResult Parse(IReadOnlyDictionary<string, string> files, string file, string? environment = null) =>
        Resolve(new MemoryFiles(files), file, environment, NodeCheck.Instance);

    internal static TopologyResult Load(string path, string? environment, INodeCheck check)
    {
        string file = Path.GetFileName(path);
        return Resolve(new DiskFiles(path[..^file.Length]), file, environment, check);
    }

    internal static TopologyResult Parse(string text, string fileName, string? environment, INodeCheck check) =>
        Resolve(new MemoryFiles(new Dictionary<string, string> { [fileName] = text }), fileName, environment, check);

    private static TopologyResult Resolve(ITopologyFiles files, string file, string? environment, INodeCheck check)
    {
        ProblemList problems = new(files.Shown(file));
        IncludeReader includes = new(files);
        YamlNode? root = includes.Read(file, problems);
        if (root is not { Kind: YamlKind.Map } || !includes.IsComplete)
        {
            return Invalid(root, includes, problems);
        }

        CarriedFiles carried = new(root[CarriedFiles.Member]);
        root = root.With(root.Entries.Where(entry => entry.Key.Text != CarriedFiles.Member));
        check = check is NodeCheck ? new NodeCheck(carried) : check;
        EnvironmentReader environments = new(files, includes, problems);
        YamlNode bottom = environments.TakeInline(root);
        YamlNode resolved = environment is null ? bottom : environments.Lay(bottom, file, environment);
        if (!includes.IsComplete)
        {
            return new TopologyResult(null, problems.InOrder());
        }

        TopologyPlan? plan = new TopologyCompiler(check, problems).Compile(resolved);
        // As of here: files that only an environment names are not this version's.
        YamlNode whole = carried.Put(resolved);
        if (environment is null)
        {
            CheckEnvironments(environments, bottom, check, problems);
        }

        string text = problems.IsEmpty ? CanonicalText.Of(whole, problems) : "";
        return problems.IsEmpty && plan is not null
            ? new TopologyResult(Named(plan, text), [])
            : new TopologyResult(null, problems.InOrder());
    }

    // What is not a map has nothing to merge; the compiler says what it should be.
    private static TopologyResult Invalid(YamlNode? root, IncludeReader includes, ProblemList problems)
    {
        if (root is not null && includes.IsComplete)
        {
            MapReader.Open(root, "a topology", problems, TopologyLanguage.Root);
        }

        return new TopologyResult(null, problems.InOrder());
    }

    // An environment is not looked at only on the day it is needed.
    private static void CheckEnvironments(EnvironmentReader environments, YamlNode bottom, INodeCheck check, ProblemList problems)
    {
        foreach (string name in environments.InlineNames.Order(StringComparer.Ordinal).TakeWhile(_ => !problems.IsFull))
        {
            YamlNode laid = environments.LayInline(bottom, name);
            ProblemList own = new(problems.File);
            new TopologyCompiler(check, own).Compile(laid);
            problems.AddAll(own, $" (in the environment '{name}')");
        }
    }

    private static TopologyPlan Named(TopologyPlan plan, string text)
    {
        string version = CanonicalText.VersionOf(text);
        return plan with { Version = version, ResolvedText = text, Decisions = plan.Decisions with { Version = version } };
    }
}
