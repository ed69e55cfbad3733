namespace MixModeler.Streaming.Cli;

/// <summary>Records as lines: every topic a file in a folder, or one topic on standard output.</summary>
internal sealed class TopicFiles(string? folder, string shownTopic) : IDisposable
{
    private readonly Dictionary<string, Stream> files = [];

    public void Write(string topic, ReadOnlyMemory<byte> record)
    {
        if (!files.TryGetValue(topic, out Stream? file))
        {
            file = Open(topic);
            files.Add(topic, file);
        }

        file.Write(record.Span);
        file.WriteByte((byte)'\n');
    }

    public void Flush()
    {
        foreach (Stream file in files.Values)
        {
            file.Flush();
        }
    }

    public void Dispose()
    {
        foreach (Stream file in files.Values)
        {
            file.Dispose();
        }
    }

    private Stream Open(string topic)
    {
        if (folder is null)
        {
            return topic == shownTopic ? new BufferedStream(Console.OpenStandardOutput(), 64 * 1_024) : Stream.Null;
        }

        Directory.CreateDirectory(folder);
        return new BufferedStream(File.Create(Path.Combine(folder, topic + ".jsonl")), 64 * 1_024);
    }
}
