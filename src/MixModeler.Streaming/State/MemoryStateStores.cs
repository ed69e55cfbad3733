using System.Collections.Concurrent;

namespace MixModeler.Streaming.State;

/// <summary>
/// State stores of one process, by scope (such as `luma-propensity:3`). Tasks that open the same scope share its state and
/// fence each other, as they would over one server. Thread-safe.
/// </summary>
public sealed class MemoryStateStores
{
    private readonly ConcurrentDictionary<string, MemoryStateStore> byScope = new(StringComparer.Ordinal);

    public MemoryStateStore Open(string scope) => byScope.GetOrAdd(scope, static _ => new MemoryStateStore());
}
