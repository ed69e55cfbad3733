using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>A script that the server keeps by its hash; a server that forgot it (restart, failover) is taught it again.</summary>
internal sealed class ServerScript(string text)
{
    private readonly byte[] hash = Hash(text);

    public async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(hash, keys, values).ConfigureAwait(false);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(text, keys, values).ConfigureAwait(false);
        }
    }

    [SuppressMessage("Security", "CA5350", Justification = "The name that Redis gives to a script; nothing is protected by it.")]
    private static byte[] Hash(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
}
