using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Integration.State;

/// <summary>Random operations against a store and against the memory store side by side: every answer must be the same.</summary>
public abstract class StateModelContract(ITestOutputHelper output)
{
    private const int Operations = 400;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract Task<IStateStore> OpenAsync(string scope);

    [Fact]
    public async Task Random_operations_give_the_answers_of_the_memory_store()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("SEED"), out int given) ? given : Environment.TickCount;
        output.WriteLine($"SEED={seed}");
        Random random = new(seed);
        IStateStore store = await OpenAsync(Commits.NewScope());
        MemoryStateStore model = new();
        long expectedOffset = 40;
        List<(StateLease Real, StateLease Model)> leases = [(await store.AcquireAsync(40, Stop), await model.AcquireAsync(40, Stop))];
        for (int i = 0; i < Operations; i++)
        {
            switch (random.Next(10))
            {
                case 0:
                    leases.Add((await store.AcquireAsync(0, Stop), await model.AcquireAsync(0, Stop)));
                    Assert.Equal(Text(leases[^1].Model), Text(leases[^1].Real));
                    break;
                case < 7:
                    // Mostly the current lease and the expected offset, sometimes neither.
                    (StateLease real, StateLease expected) = random.Next(5) == 0 ? leases[random.Next(leases.Count)] : leases[^1];
                    long first = expectedOffset + (random.Next(5) == 0 ? random.Next(-2, 3) : 0);
                    StateCommit commit = RandomCommit(random, Math.Max(0, first));
                    CommitOutcome outcome = await model.CommitAsync(expected, commit, Stop);
                    Assert.Equal(outcome, await store.CommitAsync(real, commit, Stop));
                    expectedOffset = outcome == CommitOutcome.Applied ? commit.NextOffset : expectedOffset;
                    break;
                case 7:
                    byte[][] keys = [.. Enumerable.Range(0, random.Next(30)).Select(_ => RandomKey(random))];
                    Assert.Equal(await model.LoadAsync(keys, Stop), await store.LoadAsync(keys, Stop));
                    break;
                default:
                    long after = random.Next(-20, 20);
                    long through = after + random.Next(-2, 20);
                    int limit = random.Next(1, 12);
                    Assert.Equal(
                        (await model.LoadDueAsync(after, through, limit, Stop)).Select(Text),
                        (await store.LoadDueAsync(after, through, limit, Stop)).Select(Text));
                    break;
            }
        }
    }

    private static StateCommit RandomCommit(Random random, long first)
    {
        StateCommit commit = new() { FirstOffset = first, NextOffset = first + random.Next(3), TaskRecord = RandomValue(random) };
        for (int i = random.Next(20); i > 0; i--)
        {
            commit.Records.Add(new(RandomKey(random), RandomValue(random)));
            commit.Profiles.Add(new(RandomKey(random), RandomValue(random)));
        }

        for (int i = random.Next(8); i > 0; i--)
        {
            commit.Scheduled.Add(new DueKey(random.Next(-20, 20), RandomKey(random)));
        }

        for (int i = random.Next(4); i > 0; i--)
        {
            commit.Unscheduled.Add(RandomKey(random));
        }

        return commit;
    }

    // Few keys, so that they meet again.
    private static byte[] RandomKey(Random random)
    {
        byte[] key = new byte[random.Next(3)];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = (byte)(random.Next(5) * 63);
        }

        return key;
    }

    private static byte[] RandomValue(Random random)
    {
        byte[] value = new byte[random.Next(40)];
        random.NextBytes(value);
        return value;
    }

    private static string Text(StateLease lease) =>
        $"{lease.Epoch} {lease.NextOffset} {(lease.TaskRecord is null ? "-" : Convert.ToHexString(lease.TaskRecord))}";

    private static string Text(DueKey due) => $"{due.DueMs} {Convert.ToHexString(due.Key)}";
}
