namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Files that nodes name, relative to the topology's folder.</summary>
internal interface INodeFiles
{
    /// <summary>The text of the file that the node names, or null with a problem.</summary>
    string? Read(YamlNode name, ProblemList problems);

    /// <summary>The name as problems show it.</summary>
    string Shown(YamlNode name);
}
