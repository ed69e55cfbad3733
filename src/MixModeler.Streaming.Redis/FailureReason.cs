using System.Globalization;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// Half a sentence on why a server gave no answer. The client's own messages are pages of counters without the system's word
/// on what happened, so a broken connection is looked into by a plain socket.
/// </summary>
internal sealed class FailureReason(ConfigurationOptions configuration, TimeSpan commandTimeout, TimeProvider time)
{
    public async Task<string> OfAsync(Exception cause) => cause switch
    {
        TimeoutException => string.Create(CultureInfo.InvariantCulture, $"no answer within {commandTimeout.TotalSeconds:0.###} s"),
        RedisConnectionException when RefusesPassword(cause) => "it refuses the password",
        RedisConnectionException => await ProbeAsync().ConfigureAwait(false),
        RedisServerException => $"it answered \"{cause.Message}\"",
        _ => cause.Message.TrimEnd('.'),
    };

    private static bool RefusesPassword(Exception? cause) => cause switch
    {
        null => false,
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => true,
        AggregateException several => several.InnerExceptions.Any(RefusesPassword),
        _ => RefusesPassword(cause.InnerException),
    };

    private async Task<string> ProbeAsync()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(configuration.ConnectTimeout), time);
        try
        {
            await socket.ConnectAsync(configuration.EndPoints[0], patience.Token).ConfigureAwait(false);
            return configuration.Ssl ? "the connection broke" : await AskAsync(socket, patience.Token).ConfigureAwait(false);
        }
        catch (SocketException refused)
        {
            return refused.Message.TrimEnd('.');
        }
        catch (OperationCanceledException)
        {
            return "it cannot be reached";
        }
    }

    private async Task<string> AskAsync(Socket socket, CancellationToken stop)
    {
        string command = string.IsNullOrEmpty(configuration.Password)
            ? "*1\r\n$4\r\nPING\r\n"
            : $"*2\r\n$4\r\nAUTH\r\n${Encoding.UTF8.GetByteCount(configuration.Password)}\r\n{configuration.Password}\r\n";
        await socket.SendAsync(Encoding.UTF8.GetBytes(command), stop).ConfigureAwait(false);
        byte[] answer = new byte[128];
        int read = await socket.ReceiveAsync(answer, stop).ConfigureAwait(false);
        ReadOnlySpan<byte> said = answer.AsSpan(0, read);
        if (said.StartsWith("-WRONGPASS"u8) || said.StartsWith("-NOAUTH"u8) || said.StartsWith("-ERR invalid password"u8))
        {
            return "it refuses the password";
        }

        return said.StartsWith("-LOADING"u8) ? "it is still loading its log" : "the connection broke";
    }
}
