using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>Reads all that a run has left, on a machine that may be busy: a connection of its own that waits long, and few keys at once.</summary>
internal static class PatientReading
{
    private const int KeysAtOnce = 1_000;

    public static Task<RedisConnection> ConnectAsync(MainJobRig rig, CancellationToken stop) => RedisConnection.ConnectAsync(
        new RedisOptions { Configuration = rig.Redis.Endpoint, ConnectTimeout = TimeSpan.FromSeconds(20), CommandTimeout = TimeSpan.FromSeconds(60) },
        TimeProvider.System,
        stop);

    public static async Task<byte[]?[]> LoadPatientlyAsync(this RedisStateStore store, byte[][] keys, CancellationToken stop)
    {
        List<byte[]?> records = new(keys.Length);
        foreach (byte[][] some in keys.Chunk(KeysAtOnce))
        {
            records.AddRange(await store.LoadAsync(some, stop));
        }

        return [.. records];
    }
}
