using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Tests.Repository;

public sealed partial class CodeRuleTests
{
    private const int FileLinesMax = 400;
    private const int BodyLinesMax = 60;
    private const int LineCharactersMax = 160;

    // A message stays on one line, where a search finds it; but not on one that nobody can read.
    private const int MessageLineCharactersMax = 250;
    private const int MessageCharactersMin = 40;

    // Small types that make sense only together may share a file: the parts of a plan, the parts of a document.
    private const int PublicTypesMax = 8;
    private const int SmallTypeLinesMax = 30;

    private static readonly string[] BannedWords =
        ["Manager", "Helper", "Helpers", "Utils", "Util", "Impl", "Base", "Abstract", "Common", "Core", "Info", "Data", "Processor", "Service"];

    // Put together here, so that this file does not break its own rules.
    private static readonly string[] BannedTexts =
        ["#" + "region", "TO" + "DO", "FIX" + "ME", "Thread" + ".Sleep", "#" + "pragma warning disable"];

    private static readonly string[] MachineFolders = ["/wor" + "k/", "/roo" + "t/", "/tmp/" + "bash", "/tmp/" + "wt", "/home/" + "runner"];

    private static readonly string[] RegistryHosts =
    [
        "api.nuget" + ".org", "registry.npm" + "js", "pypi" + ".org", "proxy.golang" + ".org", "index.crates" + ".io", "arti" + "factory",
        "/v3/" + "index.json",
    ];

    [Fact]
    public void A_file_has_at_most_400_lines()
    {
        Rule.Holds($"a source file has at most {FileLinesMax} lines", RepositoryFiles.Sources
            .Select(file => (File: file, RepositoryFiles.Lines(file).Length))
            .Where(file => file.Length > FileLinesMax)
            .Select(file => $"{file.File}: {file.Length}"));
    }

    [Fact]
    public void A_method_fits_a_screen()
    {
        Rule.Holds($"the body of a member has at most {BodyLinesMax} lines", RepositoryFiles.Sources
            .SelectMany(file => CodeBlocks.Members(Blanked(file))
                .Where(member => member.BodyLines > BodyLinesMax)
                .Select(member => $"{file}:{member.Line}: {member.BodyLines} lines: {member.Header}")));
    }

    [Fact]
    public void A_line_has_at_most_160_characters_or_a_message_and_250()
    {
        Rule.Holds(
            $"a line of code has at most {LineCharactersMax} characters, or {MessageLineCharactersMax} with a text of {MessageCharactersMin} or more",
            RepositoryFiles.Sources.SelectMany(file =>
            {
                string[] blanked = Blanked(file).Split('\n');
                return RepositoryFiles.Lines(file)
                    .Select((line, index) => (Text: line, Blanked: blanked[index], Number: index + 1))
                    .Where(line => line.Text.Length > (HasMessage(line.Text, line.Blanked) ? MessageLineCharactersMax : LineCharactersMax))
                    .Select(line => $"{file}:{line.Number}: {line.Text.Length}");
            }));
    }

    [Fact]
    public void A_file_has_one_public_type_or_a_few_small_ones()
    {
        Rule.Holds(
            $"a file has one public type, and small ones that belong to it: up to {PublicTypesMax} in all, one beyond {SmallTypeLinesMax} lines",
            RepositoryFiles.Sources
                .Where(file => file.StartsWith("src/", StringComparison.Ordinal))
                .Select(file => (File: file, Types: CodeBlocks.TopLevelTypes(Blanked(file)).Where(type => type.IsPublic).ToArray()))
                .Where(file => file.Types.Length > PublicTypesMax || file.Types.Count(type => type.Lines > SmallTypeLinesMax) > 1)
                .Select(file => $"{file.File}: {string.Join(", ", file.Types.Select(type => $"{type.Name} ({type.Lines} lines)"))}"));
    }

    [Fact]
    public void Types_are_named_for_what_they_are()
    {
        Rule.Holds($"no type's name has one of the words {string.Join(", ", BannedWords)}", RepositoryFiles.Sources
            .SelectMany(file => CodeBlocks.TypeNames(Blanked(file))
                .Where(name => Words().Matches(name).Select(word => word.Value).Intersect(BannedWords).Any())
                .Select(name => $"{file}: {name}")));
    }

    [Fact]
    public void Code_has_no_regions_notes_to_self_sleeps_or_silenced_warnings()
    {
        Rule.Holds($"none of {string.Join(", ", BannedTexts)} in code", RepositoryFiles.Sources
            .SelectMany(file => Mentions(file, BannedTexts)));
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        Rule.Holds("no file names a folder of somebody's machine or the host of a package registry", RepositoryFiles.Texts
            // The folders of an image are the image's own.
            .SelectMany(file => Mentions(file, file.StartsWith("docker/", StringComparison.Ordinal) ? RegistryHosts : [.. RegistryHosts, .. MachineFolders])));
    }

    [Fact]
    public void Classes_outside_of_tests_are_sealed_or_static()
    {
        Rule.Holds("a class is sealed or static: composition, not inheritance", RepositoryFiles.Sources
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(file => OpenClass().Matches(Blanked(file)).Select(match => $"{file}: {match.Groups["name"].Value}")));
    }

    // Characters of texts, without spaces and without the code in the holes of interpolated ones.
    private static bool HasMessage(string line, string blanked) =>
        !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        && line.Where((c, i) => c != ' ' && blanked[i] == ' ').Count() >= MessageCharactersMin;

    private static string Blanked(string file) => CodeText.Blank(RepositoryFiles.Read(file));

    private static IEnumerable<string> Mentions(string file, string[] texts) => RepositoryFiles.Lines(file)
        .Select((line, index) => (Place: $"{file}:{index + 1}", Found: texts.FirstOrDefault(text => line.Contains(text, StringComparison.Ordinal))))
        .Where(mention => mention.Found is not null)
        .Select(mention => $"{mention.Place}: {mention.Found}");

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Words();

    [GeneratedRegex(@"^ *((public|internal|private|protected|file|partial|unsafe) )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex OpenClass();
}
