using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Integration.Kafka;

/// <summary>
/// A state store in memory that only knows epochs, offsets and what was applied: enough to see whether a host feeds its tasks every
/// record once and in order. What a test wants to go wrong, it sets here.
/// </summary>
internal sealed class Ledger
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, Account> accounts = [];

    /// <summary>Called before every commit, on the task's thread.</summary>
    public Func<int, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    public bool Away { get; set; }

    public int Acquisitions { get; private set; }

    public int Batches { get; private set; }

    public int AppliedCount
    {
        get
        {
            lock (gate)
            {
                return accounts.Values.Sum(account => account.Values.Count);
            }
        }
    }

    public IPartitionTask CreateTask(int partition) => new LedgerTask(this, partition);

    public string[] Values(int partition)
    {
        lock (gate)
        {
            return [.. Of(partition).Values];
        }
    }

    /// <summary>What another holder does when it acquires.</summary>
    public void RaiseEpoch(int partition)
    {
        lock (gate)
        {
            Of(partition).Epoch++;
        }
    }

    /// <summary>What a store does that fails over to an older replica; also the way to give a new task a past.</summary>
    public void MoveTo(int partition, long offset)
    {
        lock (gate)
        {
            Account account = Of(partition);
            account.Offset = offset;
            if (account.Values.Count > offset)
            {
                account.Values.RemoveRange((int)offset, account.Values.Count - (int)offset);
            }
        }
    }

    private Account Of(int partition)
    {
        if (!accounts.TryGetValue(partition, out Account? account))
        {
            accounts[partition] = account = new Account();
        }

        return account;
    }

    private (long Epoch, long Offset) Acquire(int partition)
    {
        lock (gate)
        {
            if (Away)
            {
                throw new TaskLostException(TaskLoss.StoreAway, "the ledger is away");
            }

            Acquisitions++;
            Account account = Of(partition);
            return (++account.Epoch, account.Offset);
        }
    }

    private void Commit(int partition, long epoch, long first, long next, List<string> values)
    {
        lock (gate)
        {
            Account account = Of(partition);
            if (Away)
            {
                throw new TaskLostException(TaskLoss.StoreAway, "the ledger is away");
            }

            if (account.Epoch != epoch)
            {
                throw new TaskLostException(TaskLoss.Fenced, $"epoch {epoch} is over, it is {account.Epoch} now");
            }

            if (account.Offset != first)
            {
                throw new TaskLostException(TaskLoss.StateMoved, $"expected offset {first}, found {account.Offset}");
            }

            account.Offset = next;
            account.Values.AddRange(values);
            Batches++;
        }
    }

    private sealed class Account
    {
        public long Epoch { get; set; }

        public long Offset { get; set; }

        public List<string> Values { get; } = [];
    }

    private sealed class LedgerTask(Ledger ledger, int partition) : IPartitionTask
    {
        private long epoch;
        private long committed = -1;

        public long CommittedOffset => Volatile.Read(ref committed);

        public Task<long> AcquireAsync(long earliestOffset, CancellationToken stop)
        {
            (epoch, long offset) = ledger.Acquire(partition);
            Volatile.Write(ref committed, offset);
            return Task.FromResult(offset);
        }

        public async Task RunAsync(ChannelReader<RecordBatch> batches, Action<RecordBatch> recycle, CancellationToken stop)
        {
            await foreach (RecordBatch batch in batches.ReadAllAsync(stop))
            {
                Assert.Equal(partition, batch.Partition);
                List<string> values = [];
                for (int i = 0; i < batch.Count; i++)
                {
                    Assert.Equal(batch.FirstOffset + i, batch.Offset(i));
                    Assert.True(batch.TimestampMs(i) > 1_700_000_000_000, "a record without its time");
                    values.Add(Encoding.UTF8.GetString(batch.Value(i)));
                }

                (long first, long next) = (batch.FirstOffset, batch.NextOffset);
                recycle(batch);
                await ledger.BeforeCommit(partition);
                stop.ThrowIfCancellationRequested();
                ledger.Commit(partition, epoch, first, next, values);
                Volatile.Write(ref committed, next);
            }
        }
    }
}
