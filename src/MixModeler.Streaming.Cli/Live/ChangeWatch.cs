using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>Waits until a change has come to its end and tells on standard error how far it is. The change goes on without it.</summary>
internal sealed class ChangeWatch(ControlClient client, TopologyDocument topology)
{
    // In the order in which a task goes through them.
    private static readonly string[] Stages = ["failed", "waiting", "rebuilding", "ready", "switched", "migrated"];
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(60);

    private string told = "";

    /// <summary>Until it is done or abandoned, or, where it runs in a shadow, until it is ready to be promoted.</summary>
    public async Task<ChangeDocument> UntilEndAsync(ChangeDocument change, CancellationToken stop)
    {
        using PeriodicTimer tick = new(Glance);
        long answeredAt = TimeProvider.System.GetTimestamp();
        while (change.Open && !AwaitsPromotion(change))
        {
            Tell(change);
            await tick.WaitForNextTickAsync(stop);
            try
            {
                change = await client.GetAsync(LiveOptions.PathOf(topology, $"changes/{change.Id}"), ControlDocumentJson.Default.ChangeDocument, stop);
                answeredAt = TimeProvider.System.GetTimestamp();
            }
            catch (CommandException away) when (away.ExitCode == ExitCode.Unavailable && TimeProvider.System.GetElapsedTime(answeredAt) < SilenceMax)
            {
                // The engine may be one that is started anew; another one coordinates meanwhile.
                TellOnce($"waiting for the engine: {away.Message}");
            }
        }

        Tell(change);
        return change;
    }

    public static bool AwaitsPromotion(ChangeDocument change) =>
        change is { Shadow: true, PromotedBy: null, Stage: "preparing", Partitions.Length: > 0 } && change.Partitions.All(each => each.Stage == "ready");

    /// <summary>How it ended, as a sentence.</summary>
    public static string Outcome(ChangeDocument change)
    {
        string pause = change.MeasuredPauseMicros is { } measured
            ? FormattableString.Invariant($"; longest pause {measured / 1_000.0:0.0} ms")
                + (change.PredictedPauseMicros is { } predicted ? FormattableString.Invariant($", foretold {predicted / 1_000.0:0.0} ms") : "")
            : "";
        return change.Stage switch
        {
            "done" => $"Version {change.To} runs{pause}.",
            "abandoned" or "refused" => $"The change {change.Id} was {change.Stage}: {change.Reason}. Version {change.From} goes on.",
            _ when AwaitsPromotion(change) =>
                $"Version {change.To} runs in the shadow and is ready: 'mixmodeler topology promote {change.Id}' or 'mixmodeler topology abandon {change.Id}'.",
            _ => $"The change {change.Id} to version {change.To} is under way: see 'mixmodeler topology status'.",
        };
    }

    private void Tell(ChangeDocument change)
    {
        IEnumerable<string> counts = Stages
            .Select(stage => (Stage: stage, Count: change.Partitions.Count(each => each.Stage == stage)))
            .Where(each => each.Count > 0)
            .Select(each => $"{each.Count} {each.Stage}");
        long behind = change.Partitions.Where(each => each.Stage == "rebuilding").Sum(each => Math.Max(0, each.EndOffset - each.Offset));
        TellOnce($"{change.Stage}: {string.Join(", ", counts)}{(behind > 0 ? $", {behind:N0} records to replay" : "")}");
    }

    private void TellOnce(string sentence)
    {
        if (sentence != told)
        {
            told = sentence;
            Console.Error.WriteLine(sentence);
        }
    }
}
