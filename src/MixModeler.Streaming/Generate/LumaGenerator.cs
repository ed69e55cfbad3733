namespace MixModeler.Streaming.Generate;

/// <summary>
/// Synthetic experience events of a shop named Luma: visitors receive e-mails, see advertisements, view pages, buy, and now
/// and then fill the subscription form out. Pulled record by record in the order of delivery. Not thread-safe.
/// </summary>
/// <remarks>The whole run is planned at construction, one compact entry a record; bytes are written when asked for.</remarks>
public sealed class LumaGenerator
{
    private readonly GeneratorOptions options;
    private readonly List<PlannedRecord> plan;
    private readonly LumaJson json;
    private readonly long[] eventsByType = new long[LumaBehavior.TypeCount];
    private readonly long[] malformedByFlaw = new long[Enum.GetValues<FlawKind>().Length];
    private GeneratorTotals counted;
    private int next;

    /// <exception cref="ArgumentException">The options have <see cref="GeneratorOptions.Problems"/>.</exception>
    public LumaGenerator(GeneratorOptions options)
    {
        IReadOnlyList<string> problems = options.Problems();
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        this.options = options with { };
        plan = DeliveryPlan.Make(options);
        json = new LumaJson(this.options);
        counted = NothingYet();
    }

    /// <summary>Records of the whole run.</summary>
    public int RecordCount => plan.Count;

    /// <summary>Records not handed out yet.</summary>
    public int Remaining => plan.Count - next;

    /// <summary>What <see cref="TryNext"/> has handed out so far; a copy.</summary>
    public GeneratorTotals Totals
    {
        get
        {
            GeneratorTotals totals = counted with { EventsByType = new(StringComparer.Ordinal), MalformedByFlaw = new(StringComparer.Ordinal) };
            for (int type = 0; type < eventsByType.Length; type++)
            {
                totals.EventsByType[LumaBehavior.Of((LumaEventType)type).Name] = eventsByType[type];
            }

            for (int flaw = 0; flaw < malformedByFlaw.Length; flaw++)
            {
                totals.MalformedByFlaw[((FlawKind)flaw).ToString()] = malformedByFlaw[flaw];
            }

            totals.Subscribers = eventsByType[(int)LumaEventType.FormFilledOut];
            return totals;
        }
    }

    /// <summary>The next record, or false at the end. Allocates nothing.</summary>
    public bool TryNext(out GeneratedRecord record)
    {
        if (Remaining == 0)
        {
            record = default;
            return false;
        }

        PlannedRecord planned = plan[next++];
        FlawKind? flaw = null;
        if (planned.Kind == RecordKind.Malformed)
        {
            flaw = json.WriteMalformed(in planned);
        }
        else
        {
            json.Write(in planned);
        }

        record = new GeneratedRecord
        {
            Key = json.VisitorId,
            Value = json.Written,
            Kind = planned.Kind,
            Type = planned.Type,
            OccurredAtMs = planned.OccurredMs,
            DeliveredAtMs = planned.DeliveredMs,
            Flaw = flaw,
        };
        Count(in record);
        return true;
    }

    /// <summary>Back to the first record, nothing counted.</summary>
    public void Rewind()
    {
        next = 0;
        counted = NothingYet();
        Array.Clear(eventsByType);
        Array.Clear(malformedByFlaw);
    }

    private GeneratorTotals NothingYet() => new() { Users = options.Users, Seed = options.Seed };

    private void Count(in GeneratedRecord record)
    {
        counted.Records++;
        counted.Bytes += record.Value.Length;
        switch (record.Kind)
        {
            case RecordKind.Duplicate:
                counted.Duplicates++;
                return;
            case RecordKind.Malformed:
                counted.Malformed++;
                malformedByFlaw[(int)record.Flaw!.Value]++;
                return;
            case RecordKind.Late:
                counted.Late++;
                break;
            case RecordKind.TooLate:
                counted.TooLate++;
                break;
        }

        counted.Events++;
        eventsByType[(int)record.Type]++;
        counted.FirstEventMs = Math.Min(counted.FirstEventMs ?? long.MaxValue, record.OccurredAtMs);
        counted.LastEventMs = Math.Max(counted.LastEventMs ?? long.MinValue, record.OccurredAtMs);
    }
}
