using System.IO.Compression;
using Xunit;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>The reference files beside these tests.</summary>
internal static class LearnData
{
    public static string[] Lines(string name)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root != null && !File.Exists(Path.Combine(root.FullName, "MixModeler.Streaming.sln")))
        {
            root = root.Parent;
        }

        Assert.NotNull(root);
        string path = Path.Combine(root.FullName, "tests", "MixModeler.Streaming.Tests", "Learn", "Data", name);
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
