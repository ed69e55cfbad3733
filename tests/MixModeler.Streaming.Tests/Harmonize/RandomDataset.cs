using System.Globalization;
using System.Numerics;
using System.Text;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Harmonize;

/// <summary>A random dataset with random records, and what must come out, computed the slow way from all of them at once.</summary>
internal sealed class RandomDataset
{
    private static readonly string[] Channels = ["YouTube", "TV|x", "Fa\\ce", "Zürich", ""];
    private readonly Random random;
    private readonly bool isEvent;
    private readonly int keyKind;
    private readonly bool hasScale;

    public RandomDataset(int seed)
    {
        random = new Random(seed);
        isEvent = random.Next(3) == 0;
        keyKind = random.Next(4);
        hasScale = random.Next(2) == 0;
        Plan = DatasetWorld.Plan with
        {
            Category = isEvent ? DatasetCategory.ExperienceEvents : random.Next(2) == 0 ? DatasetCategory.Summary : DatasetCategory.Factors,
            Restatement = random.Next(2) == 0 ? Restatement.Replacement : Restatement.Aggregation,
            BooksCloseAfter = !isEvent && random.Next(2) == 0 ? TimeSpan.FromDays(20) : null,
            RowKeyPaths = !isEvent && keyKind == 1 ? ["Date", "Channel"] : [],
            VersionPath = "changed",
            Dimensions = [DatasetWorld.Into("channel", "Channel"), new DimensionMapping(
                "campaign",
                [new MappingCase(false, [new MappingCondition("n", ConditionOperator.StartsWith, ["1", "2"])], new MappingValue(false, "low"))],
                new MappingValue(true, "Campaign"),
                [])],
            Metrics =
            [
                .. Enum.GetValues<MetricRule>().Select(rule => new MetricMapping(
                    rule.ToString(), rule, "n", hasScale ? [new MetricScale(0.0371m, null), new MetricScale(-1000, new DateOnly(2021, 12, 25))] : [])),
                new MetricMapping("records", MetricRule.Count, null, []),
            ],
        };
        Records = [.. Enumerable.Range(0, random.Next(1, 40)).Select(Make)];
    }

    /// <summary>One record of the log. Its origin travels with it.</summary>
    public sealed record Sample(
        long Offset, string Date, string? Channel, string? Campaign, string? Number, string? Id, string? External, string? Changed, bool IsDeleted,
        long TimestampMs)
    {
        public DateOnly Day => DateOnly.Parse(Date[..10], CultureInfo.InvariantCulture);

        public long TimeMs => InstantOf(Date);

        public long? ChangedMs => Changed is null ? null : InstantOf(Changed);

        public byte[] Json()
        {
            List<string> members = [$"\"Date\":\"{Date}\""];
            Add("Channel", Channel is null ? null : $"\"{Channel.Replace("\\", "\\\\", StringComparison.Ordinal)}\"");
            Add("Campaign", Campaign is null ? null : $"\"{Campaign}\"");
            Add("n", Number);
            Add("_id", Id is null ? null : $"\"{Id}\"");
            Add("_luma", Id is null ? null : $$"""{"userid":"v{{Id[^1]}}"}""");
            Add("extSourceSystemAudit", External is null ? null : $$"""{"externalKey":"{{External}}"}""");
            Add("changed", Changed is null ? null : $"\"{Changed}\"");
            Add("_deleted", IsDeleted ? "true" : null);
            return Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}");

            void Add(string name, string? value)
            {
                if (value is not null)
                {
                    members.Add($"\"{name}\":{value}");
                }
            }
        }

        private static long InstantOf(string text) =>
            DateTimeOffset.Parse(text.Length == 10 ? text + "T00:00:00Z" : text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
    }

    public DatasetPlan Plan { get; }

    public bool IsEvent => isEvent;

    public Sample[] Records { get; }

    public Sample[] Shuffled() => [.. Records.OrderBy(_ => random.Next())];

    /// <summary>The table as it must be, by the store's keys. Events come in the order given, at the offsets of that order.</summary>
    public Dictionary<string, TablePart> Expected(Sample[] arrived)
    {
        Dictionary<string, TablePart> parts = [];
        if (isEvent)
        {
            HashSet<string> ids = [];
            foreach (IGrouping<string, Sample> cell in arrived
                .Where(one => NumberOf(one) is not null || one.Number is null).Where(one => one.Id is null || ids.Add(one.Id)).GroupBy(CellKey))
            {
                parts.Add(cell.Key, Part([.. cell], DimensionsOf(cell.First())));
            }

            return parts;
        }

        foreach (IGrouping<string, Sample> row in arrived.Where(IsGood).GroupBy(one => Hex('r', Encoding.UTF8.GetBytes(RowKeyOf(one)))))
        {
            Sample newest = row.MaxBy(one => (one.ChangedMs is not null, one.ChangedMs ?? 0, one.Offset))!;
            if (!newest.IsDeleted)
            {
                parts.Add(row.Key, Part([newest], DimensionsOf(newest)));
            }
        }

        return parts;
    }

    private Sample Make(int offset)
    {
        if (isEvent && offset > 0 && random.Next(5) == 0 && made.Count > 0)
        {
            return made[random.Next(made.Count)] with { Offset = offset };
        }

        string day = new DateOnly(2021, 12, 20).AddDays(random.Next(12)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string date = random.Next(3) switch { 0 when !isEvent => day, 1 => day + "T23:30:00-05:00", _ => day + "T00:10:00.5+02:00" };
        bool isDeleted = !isEvent && random.Next(6) == 0;
        string? number = random.Next(8) switch
        {
            0 => "\"NaN\"",
            1 => "1e308",
            2 => null,
            3 => $"\"{random.Next(100)}.5\"",
            4 => random.Next(2) == 0 ? $"{random.NextInt64(1_000_000_000_000)}.123456789012" : $"-{random.Next(1_000)}e-3",
            _ => (random.Next(100) / 10m).ToString(CultureInfo.InvariantCulture),
        };
        // An event's id must mean one event: what shares an id is a copy.
        Sample sample = new(
            offset,
            date,
            random.Next(8) == 0 ? null : Channels[random.Next(Channels.Length)],
            random.Next(4) == 0 ? null : "Summer",
            number,
            isEvent ? $"e{offset}" : keyKind == 2 ? $"row{random.Next(6)}" : null,
            !isEvent && keyKind == 3 ? $"ext{random.Next(6)}" : null,
            random.Next(3) == 0 ? null : $"2022-01-0{random.Next(1, 5)}T0{random.Next(3)}:00:00Z",
            isDeleted,
            DatasetWorld.NowMs + random.Next(10) * 86_400_000L);
        made.Add(sample);
        return sample;
    }

    private readonly List<Sample> made = [];

    private bool IsGood(Sample one)
    {
        long dayMs = new DateTimeOffset(one.Day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
        bool isOpen = Plan.BooksCloseAfter is not TimeSpan after || (one.ChangedMs ?? one.TimestampMs) - dayMs <= after.TotalMilliseconds;
        bool isNamed = keyKind is 1 or 2 or 3 || Plan.Restatement == Restatement.Replacement;
        bool hasKey = keyKind != 1 || one.Date.Length > 0;
        return isOpen && hasKey && (one.IsDeleted ? isNamed : NumberOf(one) is not null || one.Number is null);
    }

    private string RowKeyOf(Sample one) => keyKind switch
    {
        1 => $"{one.Date}|{(one.Channel is null ? "\\N" : Escaped(one.Channel))}",
        2 => one.Id!,
        3 => one.External!,
        _ when Plan.Restatement == Restatement.Replacement =>
            $"{one.Day:yyyy-MM-dd}{string.Concat(DimensionsOf(one).Select(value => value is null ? "|\\N" : "|" + Escaped(value)))}",
        _ => $"3:{one.Offset}",
    };

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    private static string?[] DimensionsOf(Sample one)
    {
        string? digits = one.Number?.Trim('"');
        return [string.IsNullOrEmpty(one.Channel) ? null : one.Channel, digits is ['1' or '2', ..] ? "low" : one.Campaign];
    }

    private static string CellKey(Sample one)
    {
        PackedWriter packed = new();
        foreach (string? value in DimensionsOf(one))
        {
            byte[] text = Encoding.UTF8.GetBytes(value ?? "");
            packed.VarUInt(value is null ? 0 : (ulong)text.Length + 1);
            packed.Raw(text);
        }

        Hash128 dimensions = Hash128.Of(packed.Written);
        byte[] cell = [.. BitConverter.GetBytes(one.Day.DayNumber), .. BitConverter.GetBytes(dimensions.High), .. BitConverter.GetBytes(dimensions.Low)];
        return Hex('c', cell);
    }

    private static string Hex(char kind, byte[] key)
    {
        Hash128 hash = Hash128.Of(key);
        return $"{(int)kind:X2}{hash.High:X16}{hash.Low:X16}";
    }

    private TablePart Part(Sample[] of, string?[] dimensions) => new()
    {
        Date = of[0].Day,
        Dimensions = [.. dimensions],
        Metrics = [.. Plan.Metrics.Select(metric => Metric(metric, of))],
        Records = of.Length,
        First = new RecordOrigin(3, of.Min(one => one.Offset)),
        Last = new RecordOrigin(3, of.Max(one => one.Offset)),
        UpdatedMs = of.Max(one => one.ChangedMs ?? 0),
    };

    private MetricPart Metric(MetricMapping metric, Sample[] of)
    {
        (ValueMoment At, BigInteger Units)[] values =
        [
            .. of.Where(one => metric.Path is null || one.Number is not null)
                .Select(one => (new ValueMoment(one.TimeMs, one.ChangedMs ?? 0, 3, one.Offset), ValueOf(metric, one))),
        ];
        if (values.Length == 0)
        {
            return default;
        }

        (ValueMoment At, BigInteger Units) last = values.MaxBy(value => (value.At.TimeMs, value.At.UpdatedMs, value.At.Offset));
        BigInteger sum = values.Aggregate(BigInteger.Zero, (total, value) => total + value.Units);
        return new MetricPart(
            values.Length, Amount(sum), Amount(values.Min(value => value.Units)), Amount(values.Max(value => value.Units)), Amount(last.Units), last.At);
    }

    private BigInteger ValueOf(MetricMapping metric, Sample one)
    {
        if (metric.Aggregate == MetricRule.Count)
        {
            return BigInteger.Pow(10, 12);
        }

        decimal by = !hasScale ? 1 : one.Day >= new DateOnly(2021, 12, 25) ? -1000 : 0.0371m;
        BigInteger scaled = new BigInteger(NumberOf(one)!.Value * 1_000_000_000_000m) * new BigInteger(by * 10_000);
        BigInteger whole = BigInteger.DivRem(BigInteger.Abs(scaled), 10_000, out BigInteger rest);
        whole += rest > 5_000 || (rest == 5_000 && !whole.IsEven) ? 1 : 0;
        return scaled.Sign * whole;
    }

    private decimal? NumberOf(Sample one)
    {
        decimal? number = decimal.TryParse(one.Number?.Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal read) ? read : null;
        decimal by = hasScale && one.Day >= new DateOnly(2021, 12, 25) ? 1000 : 1;
        return number is decimal good && Math.Abs(good) * by < 1_000_000_000_000_000m ? number : null;
    }

    private static ExactAmount Amount(BigInteger units) => new((Int128)units);
}
