using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Holds a run against what its test expects; every difference has the place of the expectation.</summary>
internal sealed class ExpectationCheck(TopologyPlan plan, RehearsalRun run, KeptState kept, ProblemList problems)
{
    private readonly ILookup<string, OutputRecord> outputs = run.Outputs.ToLookup(record => record.Topic);

    public void Check(Expectations expect)
    {
        foreach ((YamlNode topic, ImmutableArray<YamlNode> records) in expect.Records)
        {
            CheckRecords(topic, records, expect.Exactly);
        }

        foreach ((YamlNode topic, int count) in expect.Counts)
        {
            int found = outputs[topic.Text].Count();
            if (found != count)
            {
                problems.Add(topic, $"{topic.Text} has {found} records, expected {count}{(found == 0 ? Elsewhere(topic.Text) : "")}");
            }
        }

        foreach ((YamlNode visitor, YamlNode state) in expect.State)
        {
            CheckState(visitor, state);
        }

        foreach ((YamlNode audience, ImmutableArray<YamlNode> visitors) in expect.Audiences)
        {
            CheckAudience(audience, visitors);
        }

        if (!expect.Decisions.IsEmpty)
        {
            CheckDecisions(expect.Decisions);
        }
    }

    // In their order, others may stand between them; with `exactly` none.
    private void CheckRecords(YamlNode topic, ImmutableArray<YamlNode> expected, bool exactly)
    {
        OutputRecord[] found = [.. outputs[topic.Text]];
        int next = 0;
        foreach (YamlNode record in expected)
        {
            int at = exactly
                ? next < found.Length && IsMatch(record, found[next]) ? next : -1
                : Array.FindIndex(found, next, candidate => IsMatch(record, candidate));
            if (at < 0)
            {
                TellMissing(topic, record, found, next, exactly);
                return;
            }

            next = at + 1;
        }

        if (exactly && found.Length > expected.Length)
        {
            problems.Add(
                topic,
                $"{topic.Text} has {found.Length} records, expected exactly {expected.Length}; the next one is {ValueMatch.Shown(found[expected.Length].Json)}");
        }
    }

    private void TellMissing(YamlNode topic, YamlNode record, OutputRecord[] found, int next, bool exactly)
    {
        if (next >= found.Length)
        {
            string why = found.Length == 0
                ? $"nothing came{Elsewhere(topic.Text)}"
                : $"the {found.Length} records of the topic stand before it or match what is expected before it";
            problems.Add(record, $"{topic.Text} has no record {YamlJson.Text(record)}: {why}");
            return;
        }

        int nearest = exactly ? next : Enumerable.Range(next, found.Length - next).MinBy(i => ValueMatch.Differences(record, found[i].Json).Count);
        List<(Place Place, string Sentence)> differences = ValueMatch.Differences(record, found[nearest].Json);
        string what = exactly ? $"record {nearest + 1} is" : $"the nearest is record {nearest + 1} of {found.Length},";
        problems.Add(
            differences[0].Place,
            $"{topic.Text} has no record {YamlJson.Text(record)}: {what} {ValueMatch.Shown(found[nearest].Json)}: "
                + string.Join("; ", differences.Select(difference => difference.Sentence)));
    }

    private static bool IsMatch(YamlNode expected, OutputRecord record) =>
        record.Json.ValueKind == JsonValueKind.Object && ValueMatch.Differences(expected, record.Json).Count == 0;

    private void CheckState(YamlNode visitor, YamlNode expected)
    {
        JsonElement? found = kept.Shown.TryGetValue(visitor.Text, out JsonElement state) ? state : null;
        if (found is null && ValueMatch.Differences(expected, null).Count > 0)
        {
            problems.Add(visitor, $"nothing is kept of {YamlNode.Quote(visitor.Text)}{Advice(visitor.Text, kept.Shown.Keys)}");
            return;
        }

        foreach ((Place place, string sentence) in ValueMatch.Differences(expected, found))
        {
            problems.Add(place, $"the state of {YamlNode.Quote(visitor.Text)}: {sentence}");
        }
    }

    private void CheckAudience(YamlNode audience, ImmutableArray<YamlNode> expected)
    {
        Dictionary<string, SortedSet<string>> members = new(StringComparer.Ordinal);
        foreach (JsonElement change in outputs[plan.Topics.Prefix + "audiences"].Select(record => record.Json))
        {
            string name = change.GetProperty("audience").GetString()!;
            SortedSet<string> inside = members.TryGetValue(name, out SortedSet<string>? known) ? known : members[name] = new(StringComparer.Ordinal);
            string visitor = change.GetProperty("visitor").GetString()!;
            _ = change.GetProperty("status").ValueEquals("realized") ? inside.Add(visitor) : inside.Remove(visitor);
        }

        SortedSet<string> found = members.GetValueOrDefault(audience.Text) ?? [];
        if (!found.SetEquals(expected.Select(visitor => visitor.Text)))
        {
            string advice = found.Count == 0 && !members.ContainsKey(audience.Text) ? Advice(audience.Text, members.Keys) : "";
            problems.Add(audience, $"the audience {YamlNode.Quote(audience.Text)} is [{string.Join(", ", found)}], expected [{string.Join(", ", expected.Select(visitor => visitor.Text))}]{advice}");
        }
    }

    private void CheckDecisions(IReadOnlyList<ExpectedDecision> expected)
    {
        DecisionPlan decisions = DecisionPlan.Compile(plan.Decisions);
        foreach (ExpectedDecision decision in expected)
        {
            int scope = decisions.IndexOf(System.Text.Encoding.UTF8.GetBytes(decision.Scope.Text));
            if (scope < 0)
            {
                string[] scopes = [.. plan.Decisions.Scopes.Select(its => its.Scope)];
                problems.Add(decision.Scope, $"there is no scope {YamlNode.Quote(decision.Scope.Text)}{NearestName.Advice(decision.Scope.Text, scopes)}");
                continue;
            }

            JsonElement found = kept.Decide(decisions, scope, decision);
            foreach ((Place place, string sentence) in ValueMatch.Differences(decision.Answer, found))
            {
                problems.Add(place, $"{decision.Scope.Text} for {YamlNode.Quote(decision.Visitor)}: {sentence}; decided was {ValueMatch.Shown(found)}");
            }
        }
    }

    private string Elsewhere(string topic)
    {
        string[] counts = [.. outputs.Select(its => string.Create(CultureInfo.InvariantCulture, $"{its.Key} ({its.Count()})"))];
        string meant = NearestName.Of(topic, outputs.Select(its => its.Key)) is string name ? $"; did you mean '{name}'?" : "";
        return counts.Length == 0 ? "; no records came at all" : $"{meant} Records came to {string.Join(", ", counts)}";
    }

    private static string Advice(string written, IEnumerable<string> known)
    {
        const int ShownMax = 10;
        string[] names = [.. known];
        string nearest = NearestName.Of(written, names) is string meant ? $"; did you mean '{meant}'?" : "";
        return names.Length is 0 or > ShownMax ? nearest : $"{nearest} There is {string.Join(", ", names)}";
    }
}
