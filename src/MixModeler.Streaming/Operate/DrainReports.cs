namespace MixModeler.Streaming.Operate;

/// <summary>Says in the control log which partitions have finished what they were to finish.</summary>
public static class DrainReports
{
    /// <summary>What is to be said now; nothing that the log holds already.</summary>
    /// <param name="state">As the log tells it.</param>
    /// <param name="committed">Partitions of this engine, and where each stands.</param>
    /// <param name="engine">Names this engine.</param>
    public static IReadOnlyList<ControlEntry> Of(TopologyState state, IEnumerable<(int Partition, long Offset)> committed, string engine)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Run is not { State: RunState.Draining, Until: { } until } run)
        {
            return [];
        }

        return
        [
            .. committed
                .Where(each => until.TryGetValue(each.Partition, out long end) && each.Offset >= end)
                .Where(each => state.Drained.GetValueOrDefault(each.Partition)?.Run != run.Id)
                .Select(each => ControlEntry.Of(state.Name, each.Partition, new DrainedRecord { Run = run.Id, Offset = each.Offset, By = engine })),
        ];
    }
}
