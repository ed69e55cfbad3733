using System.IO.Compression;
using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>The reference files beside these tests.</summary>
internal static class ReferenceFile
{
    public static string[] Lines(string name)
    {
        string path = RepositoryFiles.Full($"tests/MixModeler.Streaming.Tests/Learn/Data/{name}");
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
