using System.Text.Json;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Holds what the models of a topology answer at the end of a test against what it expects.</summary>
internal sealed class InsightCheck(RehearsedMeasurements measurements, ProblemList problems)
{
    private readonly InsightDesk desk = new(measurements);

    public async Task CheckAsync(IEnumerable<ExpectedInsight> expected, CancellationToken stop)
    {
        foreach (ExpectedInsight each in expected)
        {
            string? Word(string name) => each.Query.GetValueOrDefault(name);
            InsightAnswer answer = each.IsOfMix
                ? await desk.OfMixAsync(each.Name, each.Ask, Word, stop)
                : await desk.OfAttributionAsync(each.Name, each.Ask, Word, stop);
            if (answer.Compute is not { } compute)
            {
                string waiting = await measurements.WaitingAsync(each.Name, stop) is { } why ? $" It waits: {why}." : "";
                problems.Add(each.Node, answer.Absent is { } absent ? absent + waiting : string.Join("; ", answer.Problems));
                continue;
            }

            JsonElement found = JsonElement.Parse(InsightText.ToJson(compute()));
            foreach ((Place place, string sentence) in ValueMatch.Differences(each.Answer, found))
            {
                problems.Add(place, $"{each.Ask} of {each.Name}: {sentence}");
            }
        }
    }
}
