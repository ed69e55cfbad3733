using System.Text;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Measure;

/// <summary>A plan that follows a mix, as it is put away.</summary>
/// <param name="Identity">Of its terms.</param>
/// <param name="Follower">The plan in force and the newest one.</param>
/// <param name="MixIdentity">Of the model that the newest one is made of.</param>
/// <param name="Periods">Periods that the model had taken in.</param>
/// <param name="LastPeriod">First day of the newest.</param>
/// <param name="MovedAt">First day of the newest period when the plan in force was taken; null before one was.</param>
/// <param name="Problem">Why there is no newer plan, in a sentence; null where there is.</param>
public sealed record StoredPlan(
    string Identity, PlanFollower Follower, string MixIdentity, int Periods, DateOnly? LastPeriod, DateOnly? MovedAt, string? Problem);

/// <summary>
/// A plan in a state store, under a scope of its own: the owner of the mixes writes, fenced by the store's epoch, and anybody reads.
/// <code>format | identity | mix's identity | periods | last period | moved at | problem | follower | CRC-32C</code>
/// </summary>
public sealed class PlanStore(IStateStore store)
{
    private const byte Format = 1;

    private readonly StateCommit commit = new();
    private StateLease? lease;

    /// <summary>The scope of a plan's store.</summary>
    public static string ScopeOf(string topology, string name) => $"{topology}.plan.{name}";

    /// <summary>Becomes the owner; null where nothing is stored.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<StoredPlan?> AcquireAsync(CancellationToken stop)
    {
        lease = await store.AcquireAsync(0, stop).ConfigureAwait(false);
        return Read(lease.TaskRecord);
    }

    /// <summary>What is stored now, for readers: takes no epoch.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<StoredPlan?> PeekAsync(CancellationToken stop) => Read((await store.PeekAsync(stop).ConfigureAwait(false))?.TaskRecord);

    /// <exception cref="TaskLostException">Somebody else is the owner by now, or the store is away.</exception>
    public async Task CommitAsync(StoredPlan plan, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StateLease held = lease ?? throw new InvalidOperationException("acquire before committing");
        commit.Clear();
        (commit.FirstOffset, commit.NextOffset) = (held.NextOffset, held.NextOffset + 1);
        commit.TaskRecord = Write(plan);
        CommitOutcome outcome = await store.CommitAsync(held, commit, stop).ConfigureAwait(false);
        if (outcome != CommitOutcome.Applied)
        {
            throw new TaskLostException(TaskLoss.Fenced, $"the plan {plan.Identity} belongs to another owner by now: {outcome}");
        }

        lease = held with { NextOffset = held.NextOffset + 1 };
    }

    private static byte[] Write(StoredPlan plan)
    {
        PackedWriter writer = new(4_096);
        writer.Byte(Format);
        writer.Bytes(Encoding.UTF8.GetBytes(plan.Identity));
        writer.Bytes(Encoding.UTF8.GetBytes(plan.MixIdentity));
        writer.VarUInt((ulong)plan.Periods);
        writer.VarUInt((ulong)((plan.LastPeriod?.DayNumber ?? -1) + 1));
        writer.VarUInt((ulong)((plan.MovedAt?.DayNumber ?? -1) + 1));
        writer.Bytes(Encoding.UTF8.GetBytes(plan.Problem ?? ""));
        writer.Bytes(plan.Follower.Snapshot());
        writer.UInt32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    private static StoredPlan? Read(byte[]? bytes)
    {
        if (bytes is null || bytes.Length < 5 || bytes[0] != Format)
        {
            return null;
        }

        if (Crc32C.Of(bytes.AsSpan(..^4)) != BitConverter.ToUInt32(bytes.AsSpan(^4..)))
        {
            throw new InvalidDataException("the stored plan is damaged: its checksum does not fit");
        }

        PackedReader reader = new(bytes.AsSpan(1..^4));
        string identity = Encoding.UTF8.GetString(reader.Bytes());
        string mix = Encoding.UTF8.GetString(reader.Bytes());
        int periods = (int)reader.VarUInt();
        DateOnly? last = Day(reader.VarUInt());
        DateOnly? moved = Day(reader.VarUInt());
        string problem = Encoding.UTF8.GetString(reader.Bytes());
        return new StoredPlan(identity, PlanFollower.Restore(reader.Bytes().ToArray()), mix, periods, last, moved, problem.Length == 0 ? null : problem);
    }

    private static DateOnly? Day(ulong number) => number == 0 ? null : DateOnly.FromDayNumber((int)number - 1);
}
