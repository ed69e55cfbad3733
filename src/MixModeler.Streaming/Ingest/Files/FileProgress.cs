using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>How far a file was sent and acknowledged, and the hash of that part, by which a changed file is told from one that grew.</summary>
public sealed record FileProgress
{
    /// <summary>For people: the file, the topic and the brokers are part of the name under which this is kept.</summary>
    public string File { get; set; } = "";

    public string Topic { get; set; } = "";

    /// <summary>See <see cref="RecordForm.Naming"/>.</summary>
    public string Naming { get; set; } = "";

    /// <summary>Everything before is sent or refused.</summary>
    public long Bytes { get; set; }

    /// <summary>SHA-256 of those bytes.</summary>
    public string Hash { get; set; } = "";

    public long Sent { get; set; }

    public long Refused { get; set; }
}

/// <summary>Progress on disk, one small file for each that was sent.</summary>
public sealed class FileProgressFolder(string folder)
{
    /// <summary>`$XDG_STATE_HOME/mixmodeler/ingest`, `~/.local/state` where the variable is not set.</summary>
    public static FileProgressFolder OfUser()
    {
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new FileProgressFolder(Path.Combine(
            Path.IsPathFullyQualified(state ?? "") ? state! : Path.Combine(home, ".local", "state"), "mixmodeler", "ingest"));
    }

    /// <summary>Null where nothing, or nothing that can be read, is known: the file is sent from its beginning, which is safe.</summary>
    public FileProgress? Find(string name)
    {
        try
        {
            FileProgress? read = JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(name)), FileProgressJson.Default.FileProgress);
            return read is { Bytes: > 0, Hash.Length: > 0 } ? read : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>As a whole or not at all, whoever dies.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Keep(string name, FileProgress progress)
    {
        Directory.CreateDirectory(folder);
        string path = PathOf(name);
        // Two runs over one file at once must not write into each other's.
        string draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(progress, FileProgressJson.Default.FileProgress));
        File.Move(draft, path, overwrite: true);
    }

    private string PathOf(string name) => Path.Combine(
        folder, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)) + ".json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FileProgress))]
internal sealed partial class FileProgressJson : JsonSerializerContext;
