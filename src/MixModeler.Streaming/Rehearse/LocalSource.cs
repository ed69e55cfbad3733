using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>The table of a run in memory. It does not keep the records that it was made of.</summary>
public sealed class LocalSource(TopologyPlan plan, LocalHarmonize run) : IHarmonizedSource
{
    public TopologyPlan Plan => plan;

    public Task<HarmonizedTable> LookAsync(CancellationToken stop) => Task.FromResult(run.Table);

    public Task<IReadOnlyList<DatasetStanding>> StandingsAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<DatasetStanding>>(
    [
        .. run.Progress.Select(each => new DatasetStanding(
            each.Dataset,
            IsShown: true,
            null,
            [new PartitionStanding(0, each.Progress.NextOffset, 0, each.Progress.NextOffset, each.Progress.NextOffset, each.Progress)])),
    ]);

    public Task<IReadOnlyList<StoredRecord>> RecordsAsync(LineagePart part, int recordsMax, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<StoredRecord>>([]);
}
