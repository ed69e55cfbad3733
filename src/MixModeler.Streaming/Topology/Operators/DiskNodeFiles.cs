namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Files of nodes beside the file in which the node stands.</summary>
internal sealed class DiskNodeFiles : INodeFiles
{
    private const int FileBytesMax = 64 * 1_024 * 1_024;

    public string? Read(YamlNode name, ProblemList problems)
    {
        if (IsOutside(name.Text))
        {
            problems.Add(name, $"{YamlNode.Quote(name.Text)} leads out of the topology's folder");
            return null;
        }

        try
        {
            FileInfo file = new(Shown(name));
            if (file.Exists && file.Length > FileBytesMax)
            {
                problems.Add(name, $"{YamlNode.Quote(name.Text)} has more than 64 MB");
                return null;
            }

            return File.ReadAllText(file.FullName);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(name, unreadable is FileNotFoundException or DirectoryNotFoundException
                ? $"there is no file {YamlNode.Quote(name.Text)} beside the topology"
                : $"{YamlNode.Quote(name.Text)} cannot be read: {unreadable.Message}");
            return null;
        }
    }

    public string Shown(YamlNode name) => Path.Combine(Path.GetDirectoryName(name.Place.File) ?? "", name.Text);

    private static bool IsOutside(string name) => Path.IsPathRooted(name) || name.Split('/', '\\').Contains("..");
}
