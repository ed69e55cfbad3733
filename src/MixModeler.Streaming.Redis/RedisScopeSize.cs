using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>How many records a scope has and how large they are.</summary>
/// <param name="Keys">Records.</param>
/// <param name="Bytes">Of their values: the mean of a sample times <paramref name="Keys"/>.</param>
/// <param name="IsExact">False where time ran out and the keys were extrapolated from the part that was seen.</param>
public readonly record struct ScopeSize(long Keys, long Bytes, bool IsExact);

/// <summary>
/// Sizes scopes in one walk over the server's keys, small steps at a time, so that nobody waits for it: for estimates, not for
/// accounts. Give it a connection of its own. Sees the keys of one server, not of a whole cluster.
/// </summary>
public sealed class RedisScopeSize(RedisConnection connection, TimeProvider? time = null)
{
    // A step of a thousand keys holds the server for some tenths of a millisecond.
    private const int KeysPerStep = 1_000;

    // Of each step; sizes of a scope's records lie close together.
    private const int SampledPerStep = 16;

    private readonly TimeProvider time = time ?? TimeProvider.System;

    private sealed class Count
    {
        public long Keys;
        public long Sampled;
        public long SampledBytes;
    }

    /// <param name="scopes">Such as `luma-propensity:3`.</param>
    /// <param name="within">When to stop and extrapolate.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>A size for every scope asked for.</returns>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<IReadOnlyDictionary<string, ScopeSize>> ReadAsync(
        IReadOnlyCollection<string> scopes, TimeSpan within, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        Dictionary<string, Count> counts = scopes.ToDictionary(scope => scope, _ => new Count());
        try
        {
            double share = await WalkAsync(counts, within, stop).ConfigureAwait(false);
            return counts.ToDictionary(scope => scope.Key, scope => SizeOf(scope.Value, share));
        }
        catch (Exception cause) when (RedisConnection.IsFailure(cause))
        {
            throw await connection.LostAsync("did not tell its sizes", cause).ConfigureAwait(false);
        }
    }

    // Returns which share of the keys was seen.
    private async Task<double> WalkAsync(Dictionary<string, Count> counts, TimeSpan within, CancellationToken stop)
    {
        long started = time.GetTimestamp();
        long all = (long)await connection.AskAsync(static database => database.ExecuteAsync("DBSIZE"), stop).ConfigureAwait(false);
        long seen = 0;
        string cursor = "0";
        do
        {
            string from = cursor;
            RedisResult[] step = (RedisResult[])(await connection.AskAsync(
                database => database.ExecuteAsync("SCAN", from, "COUNT", KeysPerStep.ToString(CultureInfo.InvariantCulture)), stop)
                .ConfigureAwait(false))!;
            cursor = (string)step[0]!;
            byte[][] keys = (byte[][])step[1]!;
            seen += keys.Length;
            await TakeAsync(keys, counts, stop).ConfigureAwait(false);
        }
        while (cursor != "0" && time.GetElapsedTime(started) < within);
        return cursor == "0" ? 1 : Math.Min(1, (double)seen / Math.Max(1, all));
    }

    private async Task TakeAsync(byte[][] keys, Dictionary<string, Count> counts, CancellationToken stop)
    {
        List<(RedisKey Key, Count Count)> sample = [];
        foreach (byte[] key in keys)
        {
            if (ScopeOf(key) is string scope && counts.TryGetValue(scope, out Count? count))
            {
                count.Keys++;
                if (sample.Count < SampledPerStep)
                {
                    sample.Add((key, count));
                }
            }
        }

        if (sample.Count == 0)
        {
            return;
        }

        long[] lengths = await connection.AskAsync(
            database => Task.WhenAll(sample.Select(each => database.StringLengthAsync(each.Key))), stop).ConfigureAwait(false);
        for (int i = 0; i < lengths.Length; i++)
        {
            sample[i].Count.Sampled++;
            sample[i].Count.SampledBytes += lengths[i];
        }
    }

    private static ScopeSize SizeOf(Count count, double share)
    {
        long keys = (long)Math.Round(count.Keys / Math.Max(share, 1e-9));
        double mean = count.Sampled == 0 ? 0 : (double)count.SampledBytes / count.Sampled;
        return new ScopeSize(keys, (long)Math.Round(mean * keys), share >= 1);
    }

    // `{scope}:v:…`, and nothing else that a scope has.
    private static string? ScopeOf(ReadOnlySpan<byte> key)
    {
        int end = key.IndexOf("}:v:"u8);
        return end > 1 && key[0] == (byte)'{' ? Encoding.UTF8.GetString(key[1..end]) : null;
    }
}
