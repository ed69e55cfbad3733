using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Kafka;

/// <summary>Shadow lanes over a topic: the log comes from Kafka, where state and comparisons go is said by whoever composes.</summary>
/// <param name="options">How to reach Kafka.</param>
/// <param name="topic">The topic whose partitions are worked on.</param>
/// <param name="stores">State of the lane of a change, by change and partition.</param>
/// <param name="compare">By change, partition and first offset; null answers: nobody compares.</param>
public sealed class KafkaShadowLanes(
    KafkaOptions options, string topic, Func<string, int, IStateStore> stores, Func<string, int, long, IVersionComparison?> compare) : IShadowLanes
{
    public IStateStore StoreOf(string changeId, int partition) => stores(changeId, partition);

    public async Task<long> OldestAsync(int partition, CancellationToken stop) =>
        (await KafkaLogCursor.RangeAsync(options, topic, partition, stop).ConfigureAwait(false)).Low;

    public ILogCursor Read(int partition, long fromOffset) => new KafkaLogCursor(options, topic, partition, fromOffset);

    public IVersionComparison? Compare(string changeId, int partition, long fromOffset) => compare(changeId, partition, fromOffset);
}
