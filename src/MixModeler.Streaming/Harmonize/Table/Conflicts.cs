using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// Where summary and event datasets both tell of a metric, for the same channel or the same conversion type, anywhere in the
/// table: neither dates nor filters matter, so that what a preference drops is the same for days, weeks and years. Values with
/// neither channel nor conversion type are a case of their own.
/// </summary>
internal sealed class Conflicts
{
    public const string Channel = GlobalFields.Channel;
    public const string ConversionType = GlobalFields.ConversionType;

    private readonly MergePreferences preferences;

    // Not there at all in preferences that were read from JSON and do not name it.
    private readonly ImmutableArray<MetricPreference> specials;
    private readonly Dictionary<string, Sides> sides = new(StringComparer.Ordinal);

    private Conflicts(MergePreferences preferences)
    {
        this.preferences = preferences;
        specials = preferences.Metrics.IsDefault ? [] : preferences.Metrics;
    }

    /// <summary>Looks only at metrics of which a preference could drop anything. O(parts of their datasets).</summary>
    public static Conflicts Find(IReadOnlyList<ShownDataset> datasets, MergePreferences preferences, IEnumerable<string> metrics)
    {
        Conflicts conflicts = new(preferences);
        foreach (string metric in metrics.Where(metric =>
            preferences.Default != MergePreference.Sum || conflicts.specials.Any(special => special.Metric == metric)))
        {
            ShownDataset[] tellers = [.. datasets.Where(dataset => !dataset.IsFactors && dataset.MetricOf(metric) >= 0)];
            if (tellers.Any(dataset => dataset.Plan.IsEvent) && tellers.Any(dataset => !dataset.Plan.IsEvent))
            {
                conflicts.sides.Add(metric, Sides.Of(tellers, metric));
            }
        }

        return conflicts;
    }

    /// <summary>Nothing of this metric is ever dropped.</summary>
    public bool IsFree(string metric) => !sides.ContainsKey(metric);

    /// <summary>Whether a value of one side counts.</summary>
    public bool Counts(bool isEvent, string metric, string? channel, string? conversionType) =>
        !sides.TryGetValue(metric, out Sides? told) || PreferenceAt(told, metric, channel, conversionType) switch
        {
            MergePreference.Summary => !isEvent,
            MergePreference.Event => isEvent,
            _ => true,
        };

    private MergePreference PreferenceAt(Sides told, string metric, string? channel, string? conversionType)
    {
        bool byNothing = channel is null && conversionType is null && told.Plain.Both;
        bool byChannel = channel is not null && told.IsConflict(byChannel: true, channel);
        bool byType = conversionType is not null && told.IsConflict(byChannel: false, conversionType);
        if (!byNothing && !byChannel && !byType)
        {
            return MergePreference.Sum;
        }

        MetricPreference? special = null;
        int rank = int.MaxValue;
        foreach (MetricPreference candidate in specials)
        {
            bool fits = candidate.Metric == metric && (candidate.ByChannel ? byChannel : byType)
                && (candidate.Value is null || candidate.Value == (candidate.ByChannel ? channel : conversionType));
            fits |= candidate.Metric == metric && candidate.Value is null && byNothing;
            int own = (candidate.Value is null ? 2 : 0) + (candidate.ByChannel ? 0 : 1);
            if (fits && own < rank)
            {
                special = candidate;
                rank = own;
            }
        }

        return special?.Preference ?? preferences.Default;
    }

    /// <summary>Which sides have a value of one metric, and where.</summary>
    private sealed class Sides
    {
        private readonly Dictionary<string, Told> channels = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Told> types = new(StringComparer.Ordinal);

        public Told Plain { get; } = new();

        public bool IsConflict(bool byChannel, string value) => (byChannel ? channels : types).TryGetValue(value, out Told? told) && told.Both;

        public static Sides Of(IEnumerable<ShownDataset> datasets, string metric)
        {
            Sides sides = new();
            foreach (ShownDataset dataset in datasets)
            {
                sides.Look(dataset, metric);
            }

            return sides;
        }

        private void Look(ShownDataset dataset, string metric)
        {
            DatasetRows rows = dataset.Rows;
            bool isEvent = dataset.Plan.IsEvent;
            int of = dataset.MetricOf(metric);
            int channel = dataset.DimensionOf(Channel);
            int type = dataset.DimensionOf(ConversionType);
            bool[] channelsSeen = new bool[channel < 0 ? 1 : rows.Dimensions[channel].Count];
            bool[] typesSeen = new bool[type < 0 ? 1 : rows.Dimensions[type].Count];
            for (int slot = 0; slot < rows.Slots; slot++)
            {
                if (!rows.IsUsed(slot) || rows.Cell(slot, of).Count == 0)
                {
                    continue;
                }

                int channelId = channel < 0 ? 0 : rows.Symbol(slot, channel);
                int typeId = type < 0 ? 0 : rows.Symbol(slot, type);
                channelsSeen[channelId] = true;
                typesSeen[typeId] = true;
                if (channelId == 0 && typeId == 0)
                {
                    Plain.By(isEvent);
                }
            }

            Tell(channels, rows, channel, channelsSeen, isEvent);
            Tell(types, rows, type, typesSeen, isEvent);
        }

        private static void Tell(Dictionary<string, Told> places, DatasetRows rows, int dimension, bool[] seen, bool isEvent)
        {
            for (int id = 1; id < seen.Length; id++)
            {
                if (seen[id])
                {
                    At(places, rows.Dimensions[dimension][id]!).By(isEvent);
                }
            }
        }

        private static Told At(Dictionary<string, Told> places, string value)
        {
            if (!places.TryGetValue(value, out Told? told))
            {
                places.Add(value, told = new Told());
            }

            return told;
        }
    }

    private sealed class Told
    {
        private bool summary;
        private bool events;

        public bool Both => summary && events;

        public void By(bool isEvent)
        {
            summary |= !isEvent;
            events |= isEvent;
        }
    }
}
