using System.Diagnostics;
using MixModeler.Streaming.Redis;
using StackExchange.Redis;

namespace MixModeler.Streaming.Integration.State;

/// <summary>Commands to a server past the store, and signals to its process.</summary>
internal static class Raw
{
    public static async Task<string?> AskAsync(LocalRedis server, string command, params object[] arguments)
    {
        using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
        return (await connection.GetDatabase().ExecuteAsync(command, arguments)).ToString();
    }

    public static async Task SignalAsync(LocalRedis server, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{server.ProcessId}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
