using System.Text;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>What REST and commands are told of the harmonized table, wherever it comes from.</summary>
public sealed class HarmonizedAnswers
{
    /// <summary>How many records are looked through for each part of a number, unless the asker says otherwise.</summary>
    public const int RecordsMax = 10_000;

    private readonly IHarmonizedSource source;

    public HarmonizedAnswers(IHarmonizedSource source) => this.source = source;

    public HarmonizedTopologyDocument Topology()
    {
        HarmonizePlan plan = source.Plan.Harmonized;
        return new HarmonizedTopologyDocument
        {
            Name = source.Plan.Name,
            Version = source.Plan.Version,
            Datasets = [.. plan.Datasets.Select(each => each.Name)],
            Touchpoints = [.. plan.Touchpoints.Select(each => each.Name)],
            Conversions = [.. plan.Conversions.Select(each => each.Name)],
        };
    }

    public async Task<GridResult> GridAsync(GridQuery query, CancellationToken stop) => (await source.LookAsync(stop)).Grid(query);

    public async Task<FactorResult> FactorsAsync(FactorQuery query, CancellationToken stop) => (await source.LookAsync(stop)).Factors(query);

    public async Task<DefinitionResult> TouchpointsAsync(DefinitionQuery query, CancellationToken stop) => (await source.LookAsync(stop)).Touchpoints(query);

    public async Task<DefinitionResult> ConversionsAsync(DefinitionQuery query, CancellationToken stop) => (await source.LookAsync(stop)).Conversions(query);

    /// <param name="query">Which number.</param>
    /// <param name="records">How many of its records to show; none where it is 0.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<LineageDocument> LineageAsync(LineageQuery query, int records, CancellationToken stop)
    {
        LineageResult lineage = (await source.LookAsync(stop)).Lineage(query);
        return new LineageDocument(lineage, records > 0 && lineage.Problems.Length == 0 ? await RecordsAsync(lineage, records, stop) : []);
    }

    public UsageReport Usage() => UsageReport.Of(source.Plan);

    public async Task<QualityReport> QualityAsync(CancellationToken stop)
    {
        HarmonizedTable table = await source.LookAsync(stop);
        IReadOnlyList<DatasetStanding> standings = await source.StandingsAsync(stop);
        Dictionary<string, QualityCounts> counts = standings.Where(each => each.IsShown).ToDictionary(
            each => each.Dataset.Name, each => QualityCounts.Of(each.Dataset, ProgressOf(each)), StringComparer.Ordinal);
        return table.Quality(counts);
    }

    public FieldDocument[] Fields() =>
    [
        .. source.Plan.Harmonized.Dictionary.Select(field => new FieldDocument
        {
            Name = field.Name,
            Display = field.Display,
            Category = field.Category,
            Type = field.Type,
            Owner = field.IsGlobal ? "Global" : "Client",
            Formula = field.Formula,
            Datasets =
            [
                .. source.Plan.Harmonized.Datasets
                    .Where(dataset => dataset.Dimensions.Any(each => each.Field == field.Name) || dataset.Metrics.Any(each => each.Field == field.Name))
                    .Select(dataset => dataset.Name),
            ],
        }),
    ];

    /// <summary>The rules of datasets, those that are asked for.</summary>
    /// <param name="query">`source`, `granularity`, `startOfWeek`, `status`, `text`.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<DatasetDocument[]> DatasetsAsync(QueryText query, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(query);
        HarmonizedTable table = await source.LookAsync(stop);
        IReadOnlyList<DatasetStanding> standings = await source.StandingsAsync(stop);
        return
        [
            .. source.Plan.Harmonized.Datasets
                .Select(dataset => DocumentOf(dataset, standings, table.PartsOf(dataset.Name)))
                .Where(document => Is(query.Word("source"), document.Source) && Is(query.Word("granularity"), document.Granularity.ToString())
                    && Is(query.Word("startOfWeek"), document.StartOfWeek.ToString()) && Is(query.Word("status"), document.Status.ToString())
                    && (query.Word("text") is not { } text || TextOf(document).Contains(text, StringComparison.OrdinalIgnoreCase))),
        ];

        static bool Is(string? wanted, string found) => wanted is null || string.Equals(wanted, found, StringComparison.OrdinalIgnoreCase);
    }

    public async Task<SyncDocument[]> SyncAsync(CancellationToken stop)
    {
        await source.LookAsync(stop);
        IReadOnlyList<DatasetStanding> standings = await source.StandingsAsync(stop);
        return
        [
            .. source.Plan.Harmonized.Datasets.Select(dataset => SyncOf(
                dataset,
                standings.FirstOrDefault(each => each.Dataset.Name == dataset.Name && each.IsShown),
                standings.FirstOrDefault(each => each.Dataset.Name == dataset.Name && !each.IsShown))),
        ];
    }

    /// <summary>As topologies write it.</summary>
    public static string SourceOf(DatasetCategory category) => category switch
    {
        DatasetCategory.AdobeAnalytics => "Adobe Analytics",
        DatasetCategory.AdobeAudienceManager => "Adobe Audience Manager",
        DatasetCategory.ExperienceEvents => "Experience Events",
        DatasetCategory.ConsumerExperienceEvents => "Consumer Experience Events",
        _ => category.ToString(),
    };

    // Those behind the parts of a number that count, part by part.
    private async Task<LineageRecord[]> RecordsAsync(LineageResult lineage, int limit, CancellationToken stop)
    {
        List<LineageRecord> found = [];
        foreach (LineagePart part in lineage.Parts.Where(part => part.DroppedBy is null).DistinctBy(part => (part.Dataset, part.Partition, part.Key)))
        {
            foreach (StoredRecord record in await source.RecordsAsync(part, RecordsMax, stop))
            {
                found.Add(new LineageRecord(
                    record.Topic, record.Partition, record.Offset, DateTimeOffset.FromUnixTimeMilliseconds(record.TimestampMs),
                    Encoding.UTF8.GetString(record.Key), Encoding.UTF8.GetString(record.Value)));
                if (found.Count == limit)
                {
                    return [.. found];
                }
            }
        }

        return [.. found];
    }

    private static DatasetProgress[] ProgressOf(DatasetStanding standing) =>
        [.. standing.Partitions.Select(each => each.Progress).OfType<DatasetProgress>()];

    private static DatasetDocument DocumentOf(DatasetPlan dataset, IReadOnlyList<DatasetStanding> standings, int rows)
    {
        DatasetStanding? own = standings.FirstOrDefault(each => each.Dataset.Name == dataset.Name && each.Dataset.Identity == dataset.Identity);
        DatasetProgress[] progress = own is null ? [] : ProgressOf(own);
        return new DatasetDocument
        {
            Name = dataset.Name,
            Source = SourceOf(dataset.Category),
            Topic = dataset.Topic,
            Ids = [.. dataset.Ids],
            Granularity = dataset.Granularity,
            StartOfWeek = dataset.StartOfWeek,
            RestatementBy = dataset.IsEvent ? null : dataset.Restatement,
            BooksCloseDays = dataset.BooksCloseAfter?.TotalDays,
            Status = dataset.Status,
            Identity = dataset.Identity,
            ShownIdentity = standings.FirstOrDefault(each => each.Dataset.Name == dataset.Name && each.IsShown)?.Dataset.Identity,
            LastModified = own?.Began,
            Records = progress.Sum(each => each.Records),
            Rows = rows,
            Schema = [.. MappedFields.Of(dataset, progress)],
        };
    }

    private static string TextOf(DatasetDocument document) =>
        string.Join(
            '\n', [document.Name, document.Source, document.Topic, .. document.Ids, .. document.Schema.SelectMany(each => each.Paths.Prepend(each.Field))]);

    private static SyncDocument SyncOf(DatasetPlan dataset, DatasetStanding? shown, DatasetStanding? coming)
    {
        SyncPartition[] partitions = [.. shown?.Partitions.Select(PartitionOf) ?? []];
        return new SyncDocument
        {
            Dataset = dataset.Name,
            Status = dataset.Status,
            Topic = dataset.Topic,
            Identity = shown?.Dataset.Identity ?? dataset.Identity,
            Watermark = partitions.Max(each => each.Watermark),
            Lag = partitions.Sum(each => each.Lag),
            LastEvent = partitions.Max(each => each.LastEvent),
            CaughtUp = coming is null && partitions.Length > 0 && partitions.All(each => each.CaughtUp),
            Replaying = coming is null ? null : ReplayOf(coming),
            Partitions = partitions,
        };
    }

    private static SyncPartition PartitionOf(PartitionStanding standing)
    {
        long lag = Math.Max(0, standing.High - Math.Max(standing.NextOffset, standing.Low));
        return new SyncPartition(
            standing.Partition,
            standing.NextOffset,
            standing.High,
            lag,
            standing.Progress is { } progress ? DatasetTally.WatermarkOf(progress) : null,
            standing.Progress is { ReceivedMs: > 0 } its ? DateTimeOffset.FromUnixTimeMilliseconds(its.ReceivedMs) : null,
            lag == 0);
    }

    private static ReplayDocument ReplayOf(DatasetStanding coming)
    {
        long all = coming.Partitions.Sum(each => Math.Max(0, each.Target - each.Low));
        long left = coming.Partitions.Sum(each => Math.Max(0, each.Target - Math.Max(each.NextOffset, each.Low)));
        // Rounded down: 100 is when it may be shown.
        return new ReplayDocument(coming.Dataset.Identity, all == 0 ? 100 : Math.Floor(1_000.0 * (all - left) / all) / 10, left);
    }
}
