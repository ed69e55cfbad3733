using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>The fields of a dataset: what each is made of, and in how many records it was seen.</summary>
internal static class MappedFields
{
    public static IEnumerable<MappedField> Of(DatasetPlan dataset, IReadOnlyCollection<DatasetProgress> progress)
    {
        long judged = progress.Sum(each => each.Judged);
        int at = 0;
        foreach (DimensionMapping mapping in dataset.Dimensions)
        {
            string[] paths =
            [
                .. mapping.Cases.SelectMany(each => each.Conditions.Select(condition => condition.Path)
                        .Concat(each.Then.IsField ? [each.Then.Text] : Array.Empty<string>()))
                    .Concat(mapping.Otherwise.IsField ? [mapping.Otherwise.Text] : Array.Empty<string>())
                    .Distinct(),
            ];
            string rule = mapping.Cases.Length > 0 ? "case" : mapping.Otherwise.IsField ? "field" : "value";
            yield return Field(mapping.Field, rule, paths, progress, judged, at++);
        }

        foreach (MetricMapping mapping in dataset.Metrics)
        {
            string[] paths = mapping.Path is null ? [] : [mapping.Path];
            yield return Field(mapping.Field, mapping.Aggregate.ToString().ToLowerInvariant(), paths, progress, judged, at++);
        }
    }

    private static MappedField Field(string field, string rule, string[] paths, IReadOnlyCollection<DatasetProgress> progress, long judged, int at)
    {
        if (judged == 0)
        {
            return new MappedField(field, rule, paths, null, null);
        }

        long seen = progress.Sum(each => at < each.Present.Length ? each.Present[at] : 0);
        return new MappedField(field, rule, paths, seen, Math.Floor(1_000.0 * seen / judged) / 10);
    }
}
