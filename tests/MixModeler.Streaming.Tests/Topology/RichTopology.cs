using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>A topology of several files with everything that the language has.</summary>
internal static class RichTopology
{
    public const string Name = "topology.yaml";

    private const string Folder = "tests/MixModeler.Streaming.Tests/Topology/Rich/";

    public static string Path { get; } = RepositoryFiles.Full(Folder + Name);

    /// <summary>Its files by their names in its folder.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } = Directory
        .EnumerateFiles(RepositoryFiles.Full(Folder), "*.yaml", SearchOption.AllDirectories)
        .ToDictionary(
            path => System.IO.Path.GetRelativePath(RepositoryFiles.Full(Folder), path).Replace('\\', '/'),
            File.ReadAllText,
            StringComparer.Ordinal);

    /// <summary>The same files with one text in place of another.</summary>
    public static Dictionary<string, string> With(string file, string text, string instead)
    {
        Assert.Contains(text, Files[file], StringComparison.Ordinal);
        return new(Files) { [file] = Files[file].Replace(text, instead, StringComparison.Ordinal) };
    }
}
