using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MixModeler.Streaming.Tests.Repository;

public sealed partial class LayoutTests
{
    // Arrows point one way: whoever runs at the edge carries nothing of the engine.
    private static readonly Dictionary<string, string[]> References = new()
    {
        ["MixModeler.Streaming.Wire"] = [],
        ["MixModeler.Streaming.Score"] = ["MixModeler.Streaming.Wire"],
        ["MixModeler.Streaming"] = ["MixModeler.Streaming.Score"],
        ["MixModeler.Streaming.Kafka"] = ["MixModeler.Streaming"],
        ["MixModeler.Streaming.Redis"] = ["MixModeler.Streaming"],
        ["MixModeler.Streaming.Control"] = ["MixModeler.Streaming"],
        ["MixModeler.Streaming.Edge"] = ["MixModeler.Streaming.Score"],
        ["MixModeler.Streaming.Cli"] =
        [
            "MixModeler.Streaming.Control", "MixModeler.Streaming.Edge", "MixModeler.Streaming.Kafka", "MixModeler.Streaming.Redis",
        ],
    };

    private static readonly string[] Expected =
    [
        ".editorconfig", ".gitignore", "BannedSymbols.txt", "Directory.Build.props", "Directory.Packages.props", "LICENSE",
        "MixModeler.Streaming.sln", "global.json", "docs/topics.md", "topologies/luma-propensity/topology.yaml",
    ];

    private static IEnumerable<string> Projects => RepositoryFiles.All.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void Project_references_point_one_way()
    {
        Dictionary<string, string[]> found = Projects
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), ReferencesOf);

        Rule.Holds("a project of src references exactly what the design says", References.Keys.Union(found.Keys)
            .Where(project => !(References.TryGetValue(project, out string[]? expected)
                && found.TryGetValue(project, out string[]? actual) && expected.SequenceEqual(actual)))
            .Select(project => $"{project} → {string.Join(", ", found.GetValueOrDefault(project, ["(no such project)"]))};"
                + $" expected {string.Join(", ", References.GetValueOrDefault(project, ["no such project"]))}"));
    }

    [Fact]
    public void No_project_of_src_references_a_test_or_a_benchmark()
    {
        Rule.Holds("src stands alone", Projects
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(file => ReferencesOf(file).Where(name => !References.ContainsKey(name)).Select(name => $"{file} → {name}")));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = RepositoryFiles.Read("MixModeler.Streaming.sln").Replace('\\', '/');

        Rule.Holds("the solution has every project", Projects.Where(file => !solution.Contains($"\"{file}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Package_versions_are_central()
    {
        Rule.Holds("a PackageReference has no version of its own", Projects
            .SelectMany(file => XDocument.Parse(RepositoryFiles.Read(file)).Descendants("PackageReference")
                .Where(package => package.Attribute("Version") is not null)
                .Select(package => $"{file}: {package.Attribute("Include")?.Value}")));
    }

    [Fact]
    public void What_everybody_looks_for_is_where_they_look()
    {
        Rule.Holds("these files exist", Expected.Except(RepositoryFiles.All));
    }

    [Fact]
    public void Every_topology_is_explained()
    {
        Rule.Holds("a folder of topologies has topology.yaml and README.md", RepositoryFiles.All
            .Where(file => file.StartsWith("topologies/", StringComparison.Ordinal) && file.Count(c => c == '/') >= 2)
            .Select(file => string.Join('/', file.Split('/').Take(2)))
            .Distinct()
            .SelectMany(folder => new[] { $"{folder}/topology.yaml", $"{folder}/README.md" })
            .Except(RepositoryFiles.All));
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        Rule.Holds("a linked file exists", RepositoryFiles.All
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => Link().Matches(RepositoryFiles.Read(file))
                .Select(match => match.Groups["target"].Value)
                .Where(target => !target.Contains(':') && !Path.Exists(Path.Combine(Path.GetDirectoryName(RepositoryFiles.Full(file))!, target)))
                .Select(target => $"{file} → {target}")));
    }

    private static string[] ReferencesOf(string project) =>
    [
        .. XDocument.Parse(RepositoryFiles.Read(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)[^)]*\)")]
    private static partial Regex Link();
}
