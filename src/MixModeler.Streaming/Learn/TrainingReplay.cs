using System.Threading.Channels;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Starts to read a learner's partition of the training topic once more, from the oldest record that it holds, beside whoever reads
/// it now; ends when told to. Batches come in order and belong to whoever takes them.
/// </summary>
public delegate ChannelReader<RecordBatch> TrainingReplay(CancellationToken stop);
