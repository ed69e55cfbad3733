using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.State;

public sealed class LocalRedisTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("mixmodeler-local-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_server_that_ends_in_peace_comes_back_on_its_port_with_its_data(LocalRedisKind kind)
    {
        LocalRedisOptions options = new() { Kind = kind, Directory = directory.FullName, MemoryMb = 128 };
        await using (LocalRedis first = await LocalRedis.StartAsync(options, Stop))
        {
            options.Port = first.Port;
            await Raw.AskAsync(first, "SET", "a", "1");
        }

        await using LocalRedis second = await LocalRedis.StartAsync(options, Stop);
        Assert.Equal(options.Port, second.Port);
        Assert.Equal("1", await Raw.AskAsync(second, "GET", "a"));
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        LocalRedisOptions options = new() { Kind = LocalRedisKind.Redis, Directory = directory.FullName };
        await using LocalRedis first = await LocalRedis.StartAsync(options, Stop);
        options.Port = first.Port;
        InvalidOperationException failed = await Assert.ThrowsAsync<InvalidOperationException>(() => LocalRedis.StartAsync(options, Stop));
        Assert.Equal($"redis-server cannot start: port {first.Port} of 127.0.0.1 is taken (Address already in use).", failed.Message);
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why()
    {
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "appendonlydir"), "not a directory", Stop);
        LocalRedisOptions options = new() { Kind = LocalRedisKind.Redis, Directory = directory.FullName };
        InvalidOperationException failed = await Assert.ThrowsAsync<InvalidOperationException>(() => LocalRedis.StartAsync(options, Stop));
        Assert.StartsWith("redis-server on port ", failed.Message, StringComparison.Ordinal);
        Assert.Contains(" ended at once. It said: ", failed.Message, StringComparison.Ordinal);
        Assert.Contains("appendonlydir", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LocalRedisKind.Redis)]
    [InlineData(LocalRedisKind.Garnet)]
    public async Task A_server_does_not_outlive_a_killed_parent(LocalRedisKind kind)
    {
        using Process parent = Parent.Start(kind, directory.FullName);
        string? line = await parent.StandardOutput.ReadLineAsync(Stop);
        using Process server = Process.GetProcessById(int.Parse(line!, CultureInfo.InvariantCulture));
        parent.Kill();
        await server.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.True(server.HasExited);
    }
}

/// <summary>This test program once more, as a process that starts a server, tells its id and waits to be killed.</summary>
internal static class Parent
{
    private const string Order = "MIXMODELER_TEST_PARENT";

    public static Process Start(LocalRedisKind kind, string directory)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.Environment[Order] = $"{kind} {directory}";
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void RunWhenOrdered()
    {
        if (Environment.GetEnvironmentVariable(Order)?.Split(' ', 2) is not [string kind, string directory])
        {
            return;
        }

        LocalRedisOptions options = new() { Kind = Enum.Parse<LocalRedisKind>(kind), Directory = directory, MemoryMb = 128 };
        LocalRedis server = LocalRedis.StartAsync(options).GetAwaiter().GetResult();
        Console.WriteLine(server.ProcessId);
        server.Exited.Wait();
        Environment.Exit(0);
    }
}
