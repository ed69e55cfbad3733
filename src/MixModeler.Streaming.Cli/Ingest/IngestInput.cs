using System.Text;

namespace MixModeler.Streaming.Cli.Ingest;

/// <summary>A file, or standard input, as UTF-8.</summary>
internal sealed class IngestInput
{
    private readonly string? path;
    private readonly Encoding? encoding;

    private IngestInput(string? path, Encoding? encoding)
    {
        this.path = path;
        this.encoding = encoding;
    }

    public string Name => path ?? "standard input";

    public bool CanResume => path is not null;

    /// <summary>What progress is kept under: another encoding counts other bytes.</summary>
    public string FullName => path is null ? "-" : $"{Path.GetFullPath(path)}|{encoding?.WebName ?? "utf-8"}";

    public long? Bytes => path is null || encoding is not null ? null : new FileInfo(path).Length;

    public long TimestampMs => path is null ? 0 : new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static IngestInput OfFile(string path, Encoding? encoding) => new(path, encoding);

    public static IngestInput OfStandardInput(Encoding? encoding) => new(null, encoding);

    public void Check()
    {
        if (path is null)
        {
            return;
        }

        if (Directory.Exists(path))
        {
            throw new CommandException(ExitCode.Unavailable, $"'{path}' is a folder, not a file.");
        }

        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.Unavailable, $"There is no file '{path}'.");
        }
    }

    public Stream Open()
    {
        Stream raw = path is null
            ? Console.OpenStandardInput()
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        return encoding is null ? raw : Encoding.CreateTranscodingStream(raw, encoding, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
