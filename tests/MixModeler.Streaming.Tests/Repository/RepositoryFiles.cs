using System.Diagnostics;

namespace MixModeler.Streaming.Tests.Repository;

/// <summary>The repository that this test was built from, as its tests read it.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] BinaryExtensions = [".png", ".jpg", ".gif", ".ico", ".woff2", ".gz", ".zip", ".onnx", ".pdf"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every tracked file (and every new one that is not ignored), relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> All { get; } = [.. List().Where(file => File.Exists(Full(file))).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Sources => All.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Files that people read, as text.</summary>
    public static IEnumerable<string> Texts => All.Where(file => !BinaryExtensions.Contains(Path.GetExtension(file)));

    public static string Full(string file) => Path.Combine(Root, file);

    public static string Read(string file) => File.ReadAllText(Full(file));

    public static string[] Lines(string file) => File.ReadAllLines(Full(file));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MixModeler.Streaming.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"no MixModeler.Streaming.sln above {AppContext.BaseDirectory}");
    }

    private static IEnumerable<string> List() => AskGit() ?? Walk();

    private static string[]? AskGit()
    {
        ProcessStartInfo ask = new("git", "ls-files --cached --others --exclude-standard -z")
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process git = Process.Start(ask)!;
            Task<string> error = git.StandardError.ReadToEndAsync();
            string output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            _ = error.Result;
            return git.ExitCode == 0 ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;                          // There is no git here.
        }
    }

    // Without git (an archive of the sources): everything but what a build and a package manager leave behind.
    private static IEnumerable<string> Walk() => Directory
        .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is ".git" or "artifacts" or "bin" or "obj" or "node_modules" or ".cache"));
}
