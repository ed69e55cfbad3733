using System.Text;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Mixes;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// A model in a state store, under a scope of its own: one owner writes, fenced by the store's epoch, and anybody reads. What is read is one
/// commit's, whole: orders, model, refreshes and certificate stand in one record.
/// <code>
/// format | orders: next offset, window, experiments | identity | waiting | closed through | model or nothing, see MixSnapshot | refreshes
///   | certificate: periods, or 0 without one; distances, draws, figures | CRC-32C
/// </code>
/// </summary>
public sealed class MixStore
{
    private const byte Format = 3;

    private readonly IStateStore store;
    private readonly string identity;
    private readonly MixSpec spec;
    private readonly StateCommit commit = new();
    private StateLease? lease;

    /// <param name="store">Of the scope.</param>
    /// <param name="identity">Of everything that decides what is learned: of what is stored under another one only the orders count.</param>
    /// <param name="spec">The model's.</param>
    public MixStore(IStateStore store, string identity, MixSpec spec)
    {
        this.store = store;
        this.identity = identity;
        this.spec = spec;
    }

    /// <summary>The scope of a model's store.</summary>
    public static string ScopeOf(string topology, string name) => $"{topology}.mix.{name}";

    /// <summary>Becomes the owner, and goes on where the last one committed.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<StoredMix?> AcquireAsync(CancellationToken stop)
    {
        lease = await store.AcquireAsync(0, stop).ConfigureAwait(false);
        return Read(lease.TaskRecord);
    }

    /// <summary>What is stored now, for readers: takes no epoch. Null where nothing is.</summary>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    public async Task<StoredMix?> PeekAsync(CancellationToken stop) =>
        Read((await store.PeekAsync(stop).ConfigureAwait(false))?.TaskRecord);

    /// <summary>Puts the model away. Only who acquired last can.</summary>
    /// <exception cref="TaskLostException">Somebody else is the owner by now, or the store is away.</exception>
    public async Task CommitAsync(StoredMix mix, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(mix);
        StateLease held = lease ?? throw new InvalidOperationException("acquire before committing");
        commit.Clear();
        commit.FirstOffset = held.NextOffset;
        commit.NextOffset = held.NextOffset + 1;
        commit.TaskRecord = Write(mix);
        CommitOutcome outcome = await store.CommitAsync(held, commit, stop).ConfigureAwait(false);
        if (outcome != CommitOutcome.Applied)
        {
            throw new TaskLostException(TaskLoss.Fenced, $"the mix of '{identity}' belongs to another owner by now: {outcome}");
        }

        lease = held with { NextOffset = held.NextOffset + 1 };
    }

    private byte[] Write(StoredMix mix)
    {
        byte[] model = mix.Model is null ? [] : MixSnapshot.Write(mix.Model);
        PackedWriter writer = new(model.Length + 4_096);
        writer.Byte(Format);
        WriteOrders(writer, mix.Orders);
        WriteText(writer, identity);
        WriteText(writer, mix.Waiting ?? "");
        WriteDay(writer, mix.ClosedThrough);
        writer.Bytes(model);
        writer.VarUInt((ulong)mix.Refreshes.Count);
        foreach (MixRefresh refresh in mix.Refreshes)
        {
            writer.VarUInt((ulong)refresh.Date.DayNumber);
            writer.VarUInt((ulong)refresh.Periods);
            writer.VarUInt((ulong)refresh.Revised);
            writer.Double(refresh.Foretold);
            writer.Double(refresh.ForetoldSd);
            writer.Double(refresh.Outcome);
            writer.VarUInt((ulong)refresh.Contributions.Count);
            foreach (MixEstimate each in refresh.Contributions)
            {
                WriteText(writer, each.Name);
                writer.Double(each.Mean);
                writer.Double(each.Sd);
                writer.Double(each.Q05);
                writer.Double(each.Q95);
                writer.Double(each.MonteCarloError);
            }
        }

        WriteCertificate(writer, mix);
        writer.UInt32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    private static void WriteCertificate(PackedWriter writer, StoredMix mix)
    {
        writer.VarUInt(mix.Certificate is null ? 0 : (ulong)mix.CertifiedPeriods);
        if (mix.Certificate is not { } certificate)
        {
            return;
        }

        writer.VarUInt((ulong)certificate.Draws);
        writer.Double(certificate.EffectiveDrawsMin);
        writer.Double(certificate.RHatMax);
        writer.Double(certificate.BatchSeconds);
        writer.VarUInt((ulong)certificate.Distances.Count);
        foreach (MixDistance each in certificate.Distances)
        {
            WriteText(writer, each.Name);
            writer.Double(each.Stream);
            writer.Double(each.Batch);
            writer.Double(each.MonteCarloError);
            writer.Double(each.Distance);
        }
    }

    private StoredMix? Read(byte[]? bytes)
    {
        if (bytes is null || bytes.Length < 5)
        {
            return null;
        }

        if (Crc32C.Of(bytes.AsSpan(..^4)) != BitConverter.ToUInt32(bytes.AsSpan(^4..)))
        {
            throw new InvalidDataException($"the stored mix '{identity}' is damaged: its checksum does not fit");
        }

        PackedReader reader = new(bytes.AsSpan(..^4));
        if (reader.Byte() != Format)
        {
            return null;
        }

        MixOrders orders = ReadOrders(ref reader);
        if (ReadText(ref reader) != identity)
        {
            return new StoredMix { Orders = orders };
        }

        string waiting = ReadText(ref reader);
        DateOnly? closed = ReadDay(ref reader);
        ReadOnlySpan<byte> snapshot = reader.Bytes();
        MixModel? model = snapshot.Length == 0 ? null : MixSnapshot.Read(snapshot, spec);
        MixRefresh[] refreshes = new MixRefresh[reader.Count(1)];
        for (int i = 0; i < refreshes.Length; i++)
        {
            DateOnly date = DateOnly.FromDayNumber((int)reader.VarUInt());
            (int periods, int revised) = ((int)reader.VarUInt(), (int)reader.VarUInt());
            (double foretold, double sd, double outcome) = (reader.Double(), reader.Double(), reader.Double());
            MixEstimate[] contributions = new MixEstimate[reader.Count(1)];
            for (int c = 0; c < contributions.Length; c++)
            {
                contributions[c] = new MixEstimate(
                    ReadText(ref reader), reader.Double(), reader.Double(), reader.Double(), reader.Double(), reader.Double());
            }

            refreshes[i] = new MixRefresh(date, periods, revised, foretold, sd, outcome, contributions);
        }

        int certified = (int)reader.VarUInt();
        return new StoredMix
        {
            Orders = orders,
            Waiting = waiting.Length == 0 ? null : waiting,
            ClosedThrough = closed,
            Model = model,
            Refreshes = refreshes,
            Certificate = certified > 0 ? ReadCertificate(ref reader) : null,
            CertifiedPeriods = certified,
        };
    }

    private static MixCertificate ReadCertificate(ref PackedReader reader)
    {
        int draws = (int)reader.VarUInt();
        (double effective, double rHat, double seconds) = (reader.Double(), reader.Double(), reader.Double());
        MixDistance[] distances = new MixDistance[reader.Count(1)];
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = new MixDistance(ReadText(ref reader), reader.Double(), reader.Double(), reader.Double(), reader.Double());
        }

        return new MixCertificate(distances, draws, effective, rHat, seconds);
    }

    private static void WriteOrders(PackedWriter writer, MixOrders orders)
    {
        writer.VarUInt((ulong)orders.NextOffset);
        WriteDay(writer, orders.From);
        WriteDay(writer, orders.To);
        writer.VarUInt((ulong)orders.LiftTests.Count);
        foreach ((string id, LiftTest test) in orders.LiftTests)
        {
            WriteText(writer, id);
            WriteText(writer, test.Channel);
            WriteDay(writer, test.From);
            WriteDay(writer, test.To);
            WriteDay(writer, test.MeasuredTo);
            writer.Double(test.MediaDelta);
            writer.Double(test.Lift);
            writer.Double(test.StandardError);
            WriteText(writer, test.Region ?? "");
        }
    }

    private static MixOrders ReadOrders(ref PackedReader reader)
    {
        MixOrders orders = new() { NextOffset = (long)reader.VarUInt(), From = ReadDay(ref reader), To = ReadDay(ref reader) };
        int count = reader.Count(1);
        for (int i = 0; i < count; i++)
        {
            string id = ReadText(ref reader);
            LiftTest test = new(
                ReadText(ref reader), ReadDay(ref reader)!.Value, ReadDay(ref reader)!.Value, ReadDay(ref reader)!.Value,
                reader.Double(), reader.Double(), reader.Double());
            string region = ReadText(ref reader);
            orders = orders with { LiftTests = orders.LiftTests.Add(id, region.Length == 0 ? test : test with { Region = region }) };
        }

        return orders;
    }

    // 0 for none.
    private static void WriteDay(PackedWriter writer, DateOnly? day) => writer.VarUInt(day is { } date ? (ulong)date.DayNumber + 1 : 0);

    private static DateOnly? ReadDay(ref PackedReader reader) => reader.VarUInt() is > 0 and ulong day ? DateOnly.FromDayNumber((int)day - 1) : null;

    private static void WriteText(PackedWriter writer, string text) => writer.Bytes(Encoding.UTF8.GetBytes(text));

    private static string ReadText(ref PackedReader reader) => Encoding.UTF8.GetString(reader.Bytes());
}
