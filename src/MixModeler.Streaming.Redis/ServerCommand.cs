using System.Diagnostics;
using System.Globalization;

namespace MixModeler.Streaming.Redis;

/// <summary>The command lines of the two servers.</summary>
internal static class ServerCommand
{
    private const string GarnetVersion = "2.2.5";

    /// <exception cref="InvalidOperationException">The program is not installed; the message says how to get it.</exception>
    public static ProcessStartInfo Of(LocalRedisOptions options, int port)
    {
        List<string> command = options.Kind == LocalRedisKind.Garnet ? Garnet(options, port) : Redis(options, port);
        // In a session of its own: Ctrl-C in a terminal is for the parent, which still needs the server to commit what it drains.
        if (Find("setsid") is { } setsid)
        {
            command.Insert(0, setsid);
        }

        // Otherwise a server would outlive a killed parent and keep its port and its memory.
        if (Find("setpriv") is { } setpriv)
        {
            command.InsertRange(0, [setpriv, "--pdeathsig", "KILL"]);
        }

        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            WorkingDirectory = options.Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The server collector would set aside memory for each core of the machine.
        start.Environment["DOTNET_gcServer"] = "0";
        return start;
    }

    private static List<string> Redis(LocalRedisOptions options, int port)
    {
        string program = Find("redis-server")
            ?? throw new InvalidOperationException("redis-server is not installed: on Debian `apt-get install redis-server` brings it.");
        return
        [
            program, "--port", Text(port), "--bind", "127.0.0.1", "--dir", options.Directory, "--save", "",
            "--appendonly", options.AppendOnly ? "yes" : "no", "--daemonize", "no",
            // It lives for minutes: rewriting its log meanwhile would take a core for nothing.
            "--auto-aof-rewrite-percentage", "0",
        ];
    }

    private static List<string> Garnet(LocalRedisOptions options, int port)
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string assembly = Path.Combine(packages, "garnet-server", GarnetVersion, "tools", "net10.0", "any", "GarnetServer.dll");
        if (!File.Exists(assembly))
        {
            throw new InvalidOperationException($"Garnet {GarnetVersion} is not restored: `dotnet tool restore` in the repository brings it.");
        }

        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Find("dotnet")
            ?? throw new InvalidOperationException("Garnet needs the command `dotnet`, which is not on the PATH.");
        List<string> command =
        [
            dotnet, "exec", assembly, "--port", Text(port), "--bind", "127.0.0.1",
            // Scripts run side by side unless they are transactions: without this no commit would be fenced.
            "--lua", "--lua-transaction-mode",
            // Without a storage tier, records beyond the memory limit are dropped, silently.
            "--memory", $"{options.MemoryMb}m", "--page", "4m", "--index", "16m", "--storage-tier",
            "--logdir", options.Directory, "--checkpointdir", options.Directory,
            // The default device wants libaio.
            "--device-type", "RandomAccess",
        ];
        if (options.AppendOnly)
        {
            // No --aof-size-limit, so the log grows as long as the server runs: it takes snapshots in order to cut the log, and
            // recovering from one after a kill ended Garnet 2.2.5 with a null reference in OnPagesClosedWorker.
            command.AddRange(["--aof", "--aof-commit-freq", "100", "--aof-memory", "64m", "--aof-page-size", "16m", "--recover"]);
        }

        return command;
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
            .FirstOrDefault(File.Exists);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
