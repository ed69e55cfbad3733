namespace MixModeler.Streaming.Flow;

/// <summary>Profiles as somebody else left them, as of reading. Read once for each batch.</summary>
public interface IProfileLookup
{
    /// <param name="topology">Whose profiles.</param>
    /// <param name="keys">Visitors.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>A JSON document for each key, in order; null where there is none.</returns>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    Task<byte[]?[]> LoadAsync(string topology, IReadOnlyList<byte[]> keys, CancellationToken stop);
}
