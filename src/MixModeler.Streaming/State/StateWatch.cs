using System.Threading.Channels;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.State;

/// <summary>
/// Waiting for records with an eye on the store. A task at work learns of a store that broke off from its next call; one that waits has
/// no next call, and the store may meanwhile have come back with an older state, which only a replay brings up to date.
/// </summary>
internal static class StateWatch
{
    public static readonly Task Never = new TaskCompletionSource().Task;

    /// <summary>As the channel's own: false when there will be no more records.</summary>
    /// <exception cref="TaskLostException">The store moved while there was nothing to do.</exception>
    public static async Task<bool> WaitToReadAsync(this IStateStore store, ChannelReader<RecordBatch> batches, string task, CancellationToken stop)
    {
        Task<bool> arriving = batches.WaitToReadAsync(stop).AsTask();
        if (!arriving.IsCompleted)
        {
            await Task.WhenAny(arriving, store.Moved);
            store.ThrowIfMoved(arriving, task);
        }

        return await arriving;
    }

    /// <summary>Whoever has records meets the loss at its next call, and whoever drains has nothing left to lose.</summary>
    public static void ThrowIfMoved(this IStateStore store, Task? arriving, string task)
    {
        if (store.Moved.IsCompleted && arriving is not { IsCompleted: true })
        {
            throw new TaskLostException(
                TaskLoss.StateMoved, $"the store broke off while {task} waited: its state may be older now and is acquired anew");
        }
    }
}
