namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Summary datasets of which two tell of one metric, one channel and the same days.</summary>
internal static class SummaryOverlaps
{
    public static IEnumerable<DatasetOverlap> Find(IEnumerable<ShownDataset> datasets)
    {
        (ShownDataset Dataset, Dictionary<(string Metric, string? Channel), List<Span>> Spans)[] told =
            [.. datasets.Where(dataset => !dataset.Plan.IsEvent && !dataset.IsFactors).Select(dataset => (dataset, SpansOf(dataset)))];
        for (int first = 0; first < told.Length; first++)
        {
            for (int second = first + 1; second < told.Length; second++)
            {
                foreach (((string metric, string? channel), List<Span> spans) in told[first].Spans
                    .OrderBy(each => each.Key.Metric, StringComparer.Ordinal).ThenBy(each => each.Key.Channel, StringComparer.Ordinal))
                {
                    if (told[second].Spans.TryGetValue((metric, channel), out List<Span>? others) && Shared(spans, others) is { Count: > 0 } shared)
                    {
                        yield return new DatasetOverlap(
                            told[first].Dataset.Name, told[second].Dataset.Name, metric, channel,
                            Periods.TextOf(shared[0].Start), Periods.TextOf(shared[^1].End - 1), shared.Sum(span => span.End - span.Start));
                    }
                }
            }
        }
    }

    private static Dictionary<(string Metric, string? Channel), List<Span>> SpansOf(ShownDataset dataset)
    {
        DatasetRows rows = dataset.Rows;
        int channel = dataset.DimensionOf(Conflicts.Channel);
        Dictionary<(string, string?), HashSet<int>> starts = [];
        for (int slot = 0; slot < rows.Slots; slot++)
        {
            for (int m = 0; rows.IsUsed(slot) && m < rows.Plan.Metrics.Length; m++)
            {
                if (rows.Cell(slot, m).Count > 0)
                {
                    (string, string?) key = (rows.Plan.Metrics[m].Field, channel < 0 ? null : rows.Text(slot, channel));
                    if (!starts.TryGetValue(key, out HashSet<int>? known))
                    {
                        starts.Add(key, known = []);
                    }

                    known.Add(rows.Day(slot));
                }
            }
        }

        return starts.ToDictionary(each => each.Key, each => Joined(each.Value.Order().Select(start => new Span(start, Periods.End(start, dataset.OwnGrain)))));
    }

    private static List<Span> Joined(IEnumerable<Span> ordered)
    {
        List<Span> joined = [];
        foreach (Span span in ordered)
        {
            if (joined.Count > 0 && span.Start <= joined[^1].End)
            {
                joined[^1] = new Span(joined[^1].Start, Math.Max(joined[^1].End, span.End));
            }
            else
            {
                joined.Add(span);
            }
        }

        return joined;
    }

    private static List<Span> Shared(List<Span> left, List<Span> right)
    {
        List<Span> shared = [];
        for (int l = 0, r = 0; l < left.Count && r < right.Count;)
        {
            Span both = new(Math.Max(left[l].Start, right[r].Start), Math.Min(left[l].End, right[r].End));
            if (both.Start < both.End)
            {
                shared.Add(both);
            }

            bool leftEnds = left[l].End <= right[r].End;
            l += leftEnds ? 1 : 0;
            r += leftEnds ? 0 : 1;
        }

        return shared;
    }

    /// <summary>Days from <paramref name="Start"/> to before <paramref name="End"/>.</summary>
    private readonly record struct Span(int Start, int End);
}
