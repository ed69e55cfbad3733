using MixModeler.Streaming.Learn;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Holds a run in which tasks died against one in which nothing happened: nothing may differ.</summary>
internal static class RunComparison
{
    // The first differences tell what is wrong; a thousand tell no more.
    private const int ToldMax = 3;

    public static async Task<List<string>> DifferencesAsync(RehearsalRun undisturbed, RehearsalRun disturbed, CancellationToken stop)
    {
        List<string> differences = [.. disturbed.Contradictions.Take(ToldMax)];
        string[] topics = [.. undisturbed.Outputs.Concat(disturbed.Outputs).Select(record => record.Topic).Distinct()];
        foreach (string topic in topics)
        {
            CompareTopic(topic, ContentOf(undisturbed, topic), ContentOf(disturbed, topic), differences);
        }

        foreach ((TaskSeat expected, TaskSeat found) in undisturbed.Seats.Zip(disturbed.Seats))
        {
            // The learner's record also tells which offsets it learned from and how many replays it skipped; its models are among the
            // outputs.
            if (expected.Task is not LearnerTask)
            {
                await CompareStateAsync(expected, found, differences, stop);
            }
        }

        return differences;
    }

    private static List<string> ContentOf(RehearsalRun run, string topic) =>
        [.. run.Outputs.Where(record => record.Topic == topic).Select(record => record.Content)];

    private static void CompareTopic(string topic, List<string> expected, List<string> found, List<string> differences)
    {
        int same = expected.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same == expected.Count && same == found.Count)
        {
            return;
        }

        string At(List<string> records) => same < records.Count ? records[same] : "nothing";
        differences.Add($"{topic}: with failures there are {found.Count} records, without {expected.Count}; record {same + 1} is {At(found)}, without failures {At(expected)}");
    }

    private static async Task CompareStateAsync(TaskSeat undisturbed, TaskSeat disturbed, List<string> differences, CancellationToken stop)
    {
        SortedDictionary<string, byte[]> expected = await undisturbed.StateAsync(stop);
        SortedDictionary<string, byte[]> found = await disturbed.StateAsync(stop);
        string[] keys = [.. expected.Keys.Union(found.Keys).Where(key =>
            !expected.GetValueOrDefault(key).AsSpan().SequenceEqual(found.GetValueOrDefault(key)))];
        if (keys.Length > 0)
        {
            differences.Add($"the state of {string.Join(", ", keys.Take(ToldMax).Select(key => $"'{key}'"))} ({undisturbed.Name}) is another one with failures than without");
        }
    }
}
