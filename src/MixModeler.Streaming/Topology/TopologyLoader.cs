using System.Security.Cryptography;
using System.Text;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// Turns a topology file into a plan, or into every problem it has, each with its place. A bad file never throws.
/// </summary>
public static class TopologyLoader
{
    /// <summary>Reads and checks a file; that it is missing or unreadable is a problem like any other.</summary>
    public static TopologyResult Load(string path)
    {
        ProblemList problems = new(path);
        try
        {
            // Read a little more than is allowed, not all of whatever this is.
            byte[] bytes = new byte[4 * YamlTree.CharactersMax + 1];
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (Decode(bytes.AsSpan(0, length), problems) is string text)
            {
                return Parse(text, path);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(1, 1, unreadable is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file"
                : $"cannot be read: {unreadable.Message}");
        }

        return new TopologyResult(null, problems.InOrder());
    }

    /// <param name="text">The file's content.</param>
    /// <param name="fileName">Stands in front of every problem.</param>
    public static TopologyResult Parse(string text, string fileName)
    {
        ProblemList problems = new(fileName);
        YamlNode? root = YamlTree.Parse(text, problems);
        TopologyPlan? plan = root is null ? null : Compile(root, VersionOf(text), problems);
        return problems.IsEmpty ? new TopologyResult(plan, []) : new TopologyResult(null, problems.InOrder());
    }

    private static string VersionOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    private static string? Decode(ReadOnlySpan<byte> bytes, ProblemList problems)
    {
        ReadOnlySpan<byte> content = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        int invalid = System.Text.Unicode.Utf8.IsValid(content) ? -1 : FirstInvalid(content);
        if (invalid < 0)
        {
            return Encoding.UTF8.GetString(content);
        }

        ReadOnlySpan<byte> before = content[..invalid];
        int line = 1 + before.Count((byte)'\n');
        int column = invalid - before.LastIndexOf((byte)'\n');
        problems.Add(line, column, $"byte 0x{content[invalid]:X2}: this is not a UTF-8 text file");
        return null;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static TopologyPlan? Compile(YamlNode rootNode, string version, ProblemList problems)
    {
        string[] allowed = ["topology", "tenant", "source", "features", "model", "decisions", "sinks"];
        MapReader? root = MapReader.Open(rootNode, "a topology", problems, allowed);
        if (root is null)
        {
            return null;
        }

        // It is part of topic keys and of Redis keys, where / : { } have a meaning.
        string name = root.Name("topology", "-_") ?? "";
        string tenant = root.Name("tenant", "_") ?? "";
        SourcePlan source = SourceSection.Read(root, problems);
        FeatureSection features = FeatureSection.Read(root, problems);
        ModelPlan? model = ModelSection.Read(root, tenant, problems);
        string prefix = ReadPrefix(root, problems);
        DecisionDocument decisions = DecisionSection.Read(root, features, problems);
        return new TopologyPlan
        {
            Name = name,
            Tenant = tenant,
            Version = version,
            Source = source,
            Schema = new FeatureSchema(features.Features),
            Matches = [.. features.Matches],
            Model = model,
            Topics = new TopicNames(prefix),
            Decisions = decisions with
            {
                Topology = name,
                Version = version,
                Model = model?.Name ?? "",
                BaseRate = model?.BaseRate ?? 0,
                Features = [.. features.Features],
            },
        };
    }

    private static string ReadPrefix(MapReader root, ProblemList problems)
    {
        string otherwise = new TopicNames().Prefix;
        YamlNode? node = root.Value("sinks", required: false);
        MapReader? sinks = node is null ? null : MapReader.Open(node, "'sinks'", problems, ["prefix"]);
        // Topic names: letters, digits, dot, underscore and hyphen.
        return sinks?.Name("prefix", "._-", required: false) ?? otherwise;
    }
}
