using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Generate;

/// <summary>All records of a run in the order in which they arrive: every visitor's events, merged by time and then disturbed.</summary>
internal static class DeliveryPlan
{
    // Beyond the day of lateness that a topology allows by default, by an hour at least.
    private const long TooLateMinMs = 25 * 3_600_000L;
    private const long TooLateMaxMs = 48 * 3_600_000L;

    // With the default LateUpTo of 12 hours a duplicate of a late event stays within a day of the event.
    private const long DuplicateMaxMs = 6 * 3_600_000L;

    public static List<PlannedRecord> Make(GeneratorOptions options)
    {
        const int RecordsPerVisitor = 12;
        List<PlannedRecord> records = new(options.Users * RecordsPerVisitor);
        LumaVisitor life = new();
        long startMs = options.Start.ToUnixTimeMilliseconds();
        for (int visitor = 1; visitor <= options.Users; visitor++)
        {
            RandomStream delivery = new(options.Seed, (ulong)visitor, RandomPurpose.Delivery);
            IReadOnlyList<LumaVisitor.Moment> moments = life.Live(options.Seed, visitor, startMs);
            for (int ordinal = 0; ordinal < moments.Count; ordinal++)
            {
                (long occurredMs, LumaEventType type) = moments[ordinal];
                Deliver(options, ref delivery, new PlannedRecord(
                    occurredMs, occurredMs, visitor, (ushort)ordinal, type, RecordKind.OnTime), records);
            }
        }

        CollectionsMarshal.AsSpan(records).Sort(default(DeliveryOrder));
        return records;
    }

    // The same draws for every event whatever the shares, so that changing one share leaves the other choices as they were.
    private static void Deliver(
        GeneratorOptions options, ref RandomStream random, PlannedRecord record, List<PlannedRecord> records)
    {
        double lateness = random.Unit();
        long delay = (long)(random.Next() >> 1);
        bool isDuplicated = random.Chance(options.DuplicateShare);
        bool hasMalformedNeighbour = random.Chance(options.MalformedShare);
        long copyDelayMs = 1 + random.Below(DuplicateMaxMs);

        if (lateness < options.TooLateShare)
        {
            long delayMs = TooLateMinMs + delay % (TooLateMaxMs - TooLateMinMs);
            record = record with { DeliveredMs = record.OccurredMs + delayMs, Kind = RecordKind.TooLate };
        }
        else if (lateness < options.TooLateShare + options.LateShare)
        {
            long delayMs = 1 + delay % (long)options.LateUpTo.TotalMilliseconds;
            record = record with { DeliveredMs = record.OccurredMs + delayMs, Kind = RecordKind.Late };
        }

        records.Add(record);
        // A copy of an event that is refused anyway would be refused for being late, not for being a copy.
        if (isDuplicated && record.Kind != RecordKind.TooLate)
        {
            records.Add(record with { DeliveredMs = record.DeliveredMs + copyDelayMs, Kind = RecordKind.Duplicate });
        }

        if (hasMalformedNeighbour)
        {
            records.Add(record with { Kind = RecordKind.Malformed });
        }
    }
}
