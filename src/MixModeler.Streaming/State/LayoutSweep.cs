namespace MixModeler.Streaming.State;

/// <summary>
/// How far a task is on its walk over all its visitors, which brings those of an older layout into the new one. Kept in memory
/// only: after a crash the walk begins again, and finds most of its work done.
/// </summary>
internal sealed class LayoutSweep
{
    private string? cursor;
    private bool inShadow;

    /// <summary>Every visitor was looked at.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The next visitors to look at; the store's own, then those that only the shadow lane knows, where there is one.</summary>
    public async Task<byte[][]> NextAsync(IStateStore store, IStateStore? shadow, int about, CancellationToken stop)
    {
        StoredKeys keys = await (inShadow ? shadow! : store).ScanAsync(cursor, about, stop);
        cursor = keys.Cursor;
        if (cursor is null)
        {
            IsDone = inShadow || shadow is null;
            inShadow = true;
        }

        return keys.Keys;
    }
}
