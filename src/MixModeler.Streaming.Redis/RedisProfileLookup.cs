using System.Text;
using MixModeler.Streaming.Flow;

namespace MixModeler.Streaming.Redis;

/// <summary>Profiles for nodes that enrich, as the tasks of any topology left them.</summary>
/// <param name="connection">To the server.</param>
/// <param name="partitions">Of the topologies: the one that has the visitor is not known here, so all are asked in one go.</param>
public sealed class RedisProfileLookup(RedisConnection connection, int partitions) : IProfileLookup
{
    private readonly RedisProfileReader reader = new(connection);

    public async Task<byte[]?[]> LoadAsync(string topology, IReadOnlyList<byte[]> keys, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(keys);
        IEnumerable<Task<string?>> reads = keys.Select(key => reader.ReadAsync(topology, partitions, Encoding.UTF8.GetString(key), stop));
        string?[] found = await Task.WhenAll(reads).ConfigureAwait(false);
        return Array.ConvertAll(found, static profile => profile is null ? null : Encoding.UTF8.GetBytes(profile));
    }
}
