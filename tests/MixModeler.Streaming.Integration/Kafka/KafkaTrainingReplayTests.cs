using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.Kafka;

public sealed class KafkaTrainingReplayTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replay_gives_one_partition_from_its_oldest_record_on_and_ends_when_told_to()
    {
        using EmbeddedBroker broker = EmbeddedBroker.Start();
        broker.CreateTopic("training", 2);
        KafkaOptions options = new() { BootstrapServers = broker.Bootstrap };
        using KafkaProducer producer = new(options, (_, _) => { });
        KafkaRecordSink sink = producer.CreateSink();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] number = Encoding.UTF8.GetBytes($"{i}");
            ((IRecordSink)sink).Send("training", i % 2, number, number);
        }

        await sink.FlushAsync(Stop);
        using CancellationTokenSource enough = new();
        ChannelReader<RecordBatch> replay = KafkaTrainingReplay.Of(options, "training", 1, (_, _) => { })(enough.Token);
        long next = 0;
        while (next < 10_000)
        {
            RecordBatch batch = await replay.ReadAsync(Stop);
            for (int i = 0; i < batch.Count; i++, next++)
            {
                Assert.Equal(next, batch.Offset(i));
                Assert.Equal($"{2 * next + 1}", Encoding.UTF8.GetString(batch.Value(i)));
            }
        }

        // Who took what there was, and leaves the rest lying, can still end it.
        for (int i = 0; i < 20_000; i++)
        {
            ((IRecordSink)sink).Send("training", 1, [], [1]);
        }

        await sink.FlushAsync(Stop);
        await replay.WaitToReadAsync(Stop);
        await enough.CancelAsync();
        while (await replay.WaitToReadAsync(Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Stop))
        {
            Assert.True(replay.TryRead(out _));
        }
    }
}
