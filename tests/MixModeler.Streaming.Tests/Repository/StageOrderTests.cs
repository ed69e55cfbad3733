using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Tests.Repository;

/// <summary>
/// An event passes through the engine's folders from left to right, and code may look only back. What composes stages stands
/// in the engine's root folder, or is a partition task.
/// </summary>
public sealed partial class StageOrderTests
{
    private const string Engine = "src/MixModeler.Streaming/";
    private const string Root = "MixModeler.Streaming";

    // The root namespace is visible everywhere without a using, so what stands there is looked at more closely below.
    private const int RootFilesMax = 12;

    /// <summary>The order. A file may use the folders before its own; Wire and Score are projects of their own, before all.</summary>
    private static readonly string[] Stages =
    [
        "Topology", "Ingest", "Observe", "State", "Harmonize", "Flow", "Featurize", "Learn", "Deliver", "Attribute", "Operate", "Explain", "Mix", "Plan",
        "Measure", "Rehearse", "Generate",
    ];

    private static readonly IReadOnlyList<string> Files = [.. RepositoryFiles.Sources.Where(file => file.StartsWith(Engine, StringComparison.Ordinal))];

    [Fact]
    public void Every_folder_of_the_engine_is_a_stage()
    {
        Rule.Holds($"a folder of the engine is one of {string.Join(", ", Stages)}", Files
            .Where(file => StageOf(file) is string stage && !Stages.Contains(stage)));
    }

    [Fact]
    public void A_file_s_namespace_is_its_folder()
    {
        Rule.Holds("a file of the engine declares the namespace of its folder", Files.Where(file =>
        {
            string expected = StageOf(file) is string stage ? $"{Root}.{stage}" : Root;
            string declared = Declared().Match(RepositoryFiles.Read(file)).Groups["name"].Value;
            return declared != expected && !(expected != Root && declared.StartsWith(expected + ".", StringComparison.Ordinal));
        }));
    }

    [Fact]
    public void A_stage_uses_only_the_stages_before_it()
    {
        Rule.Holds($"the order is {string.Join(" < ", Stages)}", Files
            .Where(file => StageOf(file) is not null && !IsPartitionTask(file))
            .SelectMany(file => Uses(file)
                .Where(used => Array.IndexOf(Stages, used) > Array.IndexOf(Stages, StageOf(file)))
                .Select(used => $"{file} uses {used}")));
    }

    [Fact]
    public void A_stage_names_nothing_in_the_root_that_composes_later_stages()
    {
        Dictionary<string, int> reachOfType = RootTypes();
        Rule.Holds("what composes stages is not named by the stages it composes", Files
            .Where(file => StageOf(file) is not null && !IsPartitionTask(file))
            .SelectMany(file => Identifier().Matches(CodeText.Blank(RepositoryFiles.Read(file)))
                .Select(match => match.Value)
                .Distinct()
                .Where(name => reachOfType.TryGetValue(name, out int reach) && reach > Array.IndexOf(Stages, StageOf(file)))
                .Select(name => $"{file} names {name}, which uses {Stages[reachOfType[name]]}")));
    }

    [Fact]
    public void The_engine_s_root_stays_small()
    {
        string[] root = [.. Files.Where(file => StageOf(file) is null)];

        Rule.Holds($"at most {RootFilesMax} files in the engine's root", root.Length > RootFilesMax ? root : []);
    }

    // Each type of the root with the latest stage that its file uses, directly or by another type of the root.
    private static Dictionary<string, int> RootTypes()
    {
        string[] root = [.. Files.Where(file => StageOf(file) is null)];
        Dictionary<string, string> fileOfType = root
            .SelectMany(file => CodeBlocks.TopLevelTypes(CodeText.Blank(RepositoryFiles.Read(file))).Select(type => (type.Name, file)))
            // The first file of a partial type stands for all of them.
            .DistinctBy(type => type.Name)
            .ToDictionary(type => type.Name, type => type.file);
        Dictionary<string, int> reach = root.ToDictionary(file => file, file => Uses(file).Append("").Max(used => Array.IndexOf(Stages, used)));
        for (int round = 0; round < root.Length; round++)
        {
            foreach (string file in root)
            {
                reach[file] = Identifier().Matches(CodeText.Blank(RepositoryFiles.Read(file)))
                    .Select(match => fileOfType.TryGetValue(match.Value, out string? other) ? reach[other] : -1)
                    .Append(reach[file])
                    .Max();
            }
        }

        return fileOfType.ToDictionary(type => type.Key, type => reach[type.Value]);
    }

    private static string? StageOf(string file)
    {
        string inside = file[Engine.Length..];
        int slash = inside.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? null : inside[..slash];
    }

    private static bool IsPartitionTask(string file) => TaskClass().IsMatch(CodeText.Blank(RepositoryFiles.Read(file)));

    // By using, by full name, or by the folder's name in front of a type.
    private static IEnumerable<string> Uses(string file)
    {
        string code = CodeText.Blank(RepositoryFiles.Read(file));
        return FullName().Matches(code).Concat(HalfName().Matches(code))
            .Select(match => match.Groups["stage"].Value)
            .Where(stage => Stages.Contains(stage) && stage != StageOf(file))
            .Distinct();
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"\bMixModeler\.Streaming\.(?<stage>\w+)")]
    private static partial Regex FullName();

    // State, Plan and Mix are also good names of members.
    [GeneratedRegex(@"(?<![.\w])(?<stage>Ingest|Harmonize|Featurize|Learn|Deliver|Operate|Attribute|Audience|Observe|Explain|Rehearse|Generate)\.[A-Z]")]
    private static partial Regex HalfName();

    [GeneratedRegex(@"\bclass \w+[^{;]*:[^{;]*\bIPartitionTask\b")]
    private static partial Regex TaskClass();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Identifier();
}
