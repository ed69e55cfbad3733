using System.Globalization;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Explain;

/// <summary>Groups the dead letters of datasets, in memory bounded by the number of groups and 16 bytes a record. Owned by one thread.</summary>
public sealed class QuarantineGroups
{
    private const int GroupsMax = 10_000;
    private const int RatiosMax = 4_096;

    private readonly Dictionary<(string Reason, string Dataset, string Field, string Value), Gathered> groups = [];
    private readonly HashSet<Hash128> counted = [];

    private sealed class Gathered(string path, DeadLetterId example, long ms)
    {
        private readonly List<double> ratios = [];
        private long stride = 1;
        private long count;

        public string Path => path;

        public DeadLetterId Example => example;

        public long Count => count;

        public long FirstMs { get; private set; } = ms;

        public long LastMs { get; private set; } = ms;

        public DateOnly? FirstDate { get; private set; }

        public double? Median
        {
            get
            {
                double[] sorted = [.. ratios.Order()];
                return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
            }
        }

        public void Add(DeadLetterRecord letter, long writtenMs, bool isDrift)
        {
            FirstMs = Math.Min(FirstMs, writtenMs);
            LastMs = Math.Max(LastMs, writtenMs);
            FirstDate = letter.Date is { } date && !(FirstDate < date) ? date : FirstDate;
            if (isDrift && count % stride == 0
                && double.TryParse(letter.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double ratio) && double.IsFinite(ratio))
            {
                ratios.Add(ratio);
                if (ratios.Count == RatiosMax)
                {
                    // Every second one is as good a picture, and from now on every second one is kept.
                    int kept = 0;
                    ratios.RemoveAll(_ => kept++ % 2 == 1);
                    stride *= 2;
                }
            }

            count++;
        }
    }

    /// <summary>Records of groups beyond the most that are told apart.</summary>
    public long Ungrouped { get; private set; }

    /// <summary>By dataset and field, the largest first.</summary>
    public IReadOnlyList<QuarantineGroup> All =>
    [
        .. groups.Select(group => new QuarantineGroup(
                group.Key.Reason,
                group.Key.Dataset,
                group.Key.Field,
                group.Value.Path,
                group.Key.Value,
                group.Value.Count,
                group.Value.FirstMs,
                group.Value.LastMs,
                group.Value.FirstDate,
                group.Value.Median,
                group.Value.Example))
            .OrderBy(group => group.Dataset, StringComparer.Ordinal)
            .ThenBy(group => group.Field, StringComparer.Ordinal)
            .ThenByDescending(group => group.Count)
            .ThenBy(group => group.Value, StringComparer.Ordinal),
    ];

    public static bool IsQuarantined(DeadLetterRecord letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return letter is { Reason: QuarantinedValue.UnknownValue or QuarantinedValue.UnitDrift, Dataset: not null, Field: not null, Value: not null };
    }

    /// <summary>Counts a dead letter if it is one of these and its record was not told of before: every lane that replays tells of it anew.</summary>
    public void Add(DeadLetterId id, DeadLetterRecord letter, long writtenMs)
    {
        if (!IsQuarantined(letter) || !counted.Add(NameOf(letter)))
        {
            return;
        }

        bool isDrift = letter.Reason == QuarantinedValue.UnitDrift;
        (string, string, string, string) key = (letter.Reason, letter.Dataset!, letter.Field!, isDrift ? "" : letter.Value!);
        if (!groups.TryGetValue(key, out Gathered? group))
        {
            if (groups.Count == GroupsMax)
            {
                Ungrouped++;
                return;
            }

            group = new Gathered(letter.Path ?? "", id, writtenMs);
            groups.Add(key, group);
        }

        group.Add(letter, writtenMs, isDrift);
    }

    private static Hash128 NameOf(DeadLetterRecord letter) =>
        Hash128.Of(Encoding.UTF8.GetBytes($"{letter.RecordName}\n{letter.Reason}\n{letter.Dataset}\n{letter.Field}\n{letter.Value}"));
}
