namespace MixModeler.Streaming.Topology;

/// <summary>A folder in which one file has another text than the one that stands there.</summary>
internal sealed class EditedFiles(ITopologyFiles files, string edited, string text) : ITopologyFiles
{
    public bool Exists(string name) => name == edited || files.Exists(name);

    public string? Read(string name, ProblemList problems) => name == edited ? text : files.Read(name, problems);

    public IReadOnlyList<string> Match(string folder, string pattern) => files.Match(folder, pattern);

    public string Shown(string name) => files.Shown(name);
}
