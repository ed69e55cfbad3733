using System.IO.Enumeration;

namespace MixModeler.Streaming.Topology;

/// <summary>A folder on disk. Links are followed as long as they stay inside of it.</summary>
internal sealed class DiskFiles(string folder) : ITopologyFiles
{
    // A folder with more is not one of configuration.
    private const int FilesMax = 10_000;

    public bool Exists(string name) => IsInside(name) && File.Exists(Full(name));

    public string? Read(string name, ProblemList problems)
    {
        try
        {
            // Read a little more than is allowed, not all of whatever this is.
            byte[] bytes = new byte[4 * YamlTree.CharactersMax + 1];
            using FileStream file = new(Full(name), FileMode.Open, FileAccess.Read, FileShare.Read);
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Utf8Text.Decode(bytes.AsSpan(0, length), problems);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(1, 1, unreadable is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file"
                : $"cannot be read: {unreadable.Message}");
            return null;
        }
    }

    public IReadOnlyList<string> Match(string inside, string pattern)
    {
        string prefix = inside.Length == 0 ? "" : inside + "/";
        try
        {
            return
            [
                .. Directory.EnumerateFiles(Full(inside))
                    .Take(FilesMax)
                    .Select(path => Path.GetFileName(path))
                    .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                    .Select(name => prefix + name)
                    .Where(IsInside)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    public string Shown(string name) => Full(name);

    private string Full(string name) => Path.Combine(folder, name);

    // Links are how Kubernetes mounts configuration; one that leads out of the folder would let a topology quote any file in
    // a message.
    private bool IsInside(string name)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Length == 0 ? "." : folder));
        string inside = root + Path.DirectorySeparatorChar;
        string path = root;
        try
        {
            foreach (string part in name.Split('/'))
            {
                path = Path.Combine(path, part);
                FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
                bool isLink = entry.LinkTarget is not null;
                if (isLink && entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName.StartsWith(inside, StringComparison.Ordinal) != true)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
