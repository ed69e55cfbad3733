using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Tests.Harmonize;

public class HarmonizeOrderTests
{
    private const int Cases = 3_000;

    [Fact]
    public async Task In_whatever_order_records_arrive_the_table_is_what_all_of_them_say_to_the_last_bit()
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            RandomDataset dataset = new(seed);
            for (int order = 0; order < 3; order++)
            {
                RandomDataset.Sample[] arrived = order == 0 ? dataset.Records : dataset.Shuffled();
                if (dataset.IsEvent)
                {
                    // A row keeps its origin. An event gets its offset by arriving, and of two copies the first one counts.
                    arrived = [.. arrived.Select((one, offset) => one with { Offset = offset })];
                }

                string[] found = DatasetWorld.Text(await TableOfAsync(dataset, arrived, new Random(seed)));
                string[] expected = DatasetWorld.Text(dataset.Expected(arrived));
                Assert.True(expected.SequenceEqual(found), $"seed {seed}, order {order}: expected\n{string.Join('\n', expected)}\nfound\n{string.Join('\n', found)}");
            }
        }
    }

    [Fact]
    public async Task What_is_evicted_from_memory_comes_back_from_the_store()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            RandomDataset dataset = new(seed);
            string[] found = DatasetWorld.Text(await TableOfAsync(dataset, dataset.Records, new Random(seed), keysMax: 1));
            Assert.Equal(DatasetWorld.Text(dataset.Expected(dataset.Records)), found);
        }
    }

    private static async Task<Dictionary<string, TablePart>> TableOfAsync(
        RandomDataset dataset, RandomDataset.Sample[] arrived, Random random, int keysMax = 50_000)
    {
        MemoryStateStore store = new();
        using HarmonizeTask task = DatasetWorld.Task(dataset.Plan, store, new RecordingSink(), keysMax: keysMax);
        await task.AcquireAsync(0, CancellationToken.None);
        for (int next = 0; next < arrived.Length;)
        {
            RecordBatch batch = new() { Partition = 3 };
            int end = Math.Min(arrived.Length, next + random.Next(1, 12));
            for (; next < end; next++)
            {
                batch.Add(arrived[next].Offset, arrived[next].TimestampMs, [], arrived[next].Json());
            }

            await task.ApplyAsync(batch, CancellationToken.None);
            if (random.Next(2) == 0)
            {
                await task.CommitAsync(CancellationToken.None);
            }
        }

        await task.CommitAsync(CancellationToken.None);
        return await DatasetWorld.TableAsync(store);
    }
}
