namespace MixModeler.Streaming.Topology;

/// <summary>
/// The folder of a topology. Names are relative to it, with forward slashes; what leads out of it does not exist.
/// </summary>
internal interface ITopologyFiles
{
    bool Exists(string name);

    /// <summary>The file's text, or null with a problem of that file.</summary>
    string? Read(string name, ProblemList problems);

    /// <summary>Files of a folder (empty for the topology's own) by a pattern with * and ?, in the order of their names.</summary>
    IReadOnlyList<string> Match(string folder, string pattern);

    /// <summary>The name as problems show it.</summary>
    string Shown(string name);
}
