using System.IO.Enumeration;

namespace MixModeler.Streaming.Topology;

/// <summary>Files that came some other way than by disk, e.g. in one request.</summary>
internal sealed class MemoryFiles(IReadOnlyDictionary<string, string> files) : ITopologyFiles
{
    public bool Exists(string name) => files.ContainsKey(name);

    public string? Read(string name, ProblemList problems)
    {
        if (files.TryGetValue(name, out string? text))
        {
            return text;
        }

        problems.Add(1, 1, "there is no such file");
        return null;
    }

    public IReadOnlyList<string> Match(string folder, string pattern)
    {
        string prefix = folder.Length == 0 ? "" : folder + "/";
        return
        [
            .. files.Keys
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name.AsSpan(prefix.Length).Contains('/')
                    && FileSystemName.MatchesSimpleExpression(pattern, name.AsSpan(prefix.Length), ignoreCase: false))
                .Order(StringComparer.Ordinal),
        ];
    }

    public string Shown(string name) => name;
}
