using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>
/// The verdicts on datasets and on what is made of them. A dataset runs in a lane of its own by its identity: another identity is
/// harmonized anew from its topic beside the old one, and nothing of visitors is touched. All else acts when the table is read.
/// </summary>
/// <param name="add">Takes a verdict that changes something: name, kind, verdict, reason, loss.</param>
/// <param name="keep">Takes what stays, with a note or nothing.</param>
internal sealed class DatasetVerdicts(Action<string, OperatorKind, Verdict, string, string?> add, Action<string, OperatorKind, string> keep)
{
    private const string AtOnce = "takes effect at once, nothing is replayed";

    public void Add(TopologyPlan from, TopologyPlan to)
    {
        AddDatasets(from, to);
        AddNamed(
            OperatorKind.HarmonizedField,
            from.Harmonized.Dictionary.Where(field => !field.IsGlobal).Select(field => (field.Name, Text(field))),
            to.Harmonized.Dictionary.Where(field => !field.IsGlobal).Select(field => (field.Name, Text(field))));
        AddPreferences(from.Harmonized, to.Harmonized);
        AddNamed(
            OperatorKind.Touchpoint,
            from.Harmonized.Touchpoints.Select(each => (each.Name, Text(each.Rule, each.Volume, each.Spend))),
            to.Harmonized.Touchpoints.Select(each => (each.Name, Text(each.Rule, each.Volume, each.Spend))));
        AddNamed(
            OperatorKind.Conversion,
            from.Harmonized.Conversions.Select(each => (each.Name, Text(each.Rule, each.Metric, each.Revenue))),
            to.Harmonized.Conversions.Select(each => (each.Name, Text(each.Rule, each.Metric, each.Revenue))));
    }

    private void AddDatasets(TopologyPlan from, TopologyPlan to)
    {
        Dictionary<string, DatasetPlan> before = from.Harmonized.Datasets.ToDictionary(each => each.Name);
        foreach (DatasetPlan dataset in to.Harmonized.Datasets)
        {
            string topic = to.Topics.Prefix + dataset.Topic;
            if (!before.Remove(dataset.Name, out DatasetPlan? old))
            {
                add(dataset.Name, OperatorKind.Dataset, Verdict.Add, $"is new: made from the retained log of {topic}, then shown{Draft(dataset)}", null);
            }
            else if (old.Identity == dataset.Identity)
            {
                string[] changes = [.. Shown(old, dataset)];
                keep(dataset.Name, OperatorKind.Dataset, changes.Length == 0 ? "" : $"{string.Join("; ", changes)}: {AtOnce}");
            }
            else
            {
                string[] changes = [.. DatasetChanges.Between(old, dataset), .. Shown(old, dataset)];
                string what = changes.Length == 0 ? "who visitors are, or which events count, is declared otherwise" : string.Join("; ", changes);
                add(dataset.Name, OperatorKind.Dataset, Verdict.Rebuild, $"{what}: made from the retained log of {topic}, and shown in place of the old one when it has caught up", null);
            }
        }

        // A draft is shown to nobody, so nobody loses anything by it.
        foreach (DatasetPlan gone in before.Values.OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            string topic = from.Topics.Prefix + gone.Topic;
            string? loss = gone.Status == DatasetStatus.Draft
                ? null
                : $"what '{gone.Name}' put into the table goes: a later version can only make it from {topic} as far as that is kept";
            add(gone.Name, OperatorKind.Dataset, Verdict.Drop, "is not in the new version: its rows vanish at the switch", loss);
        }
    }

    private void AddPreferences(HarmonizePlan from, HarmonizePlan to)
    {
        if (from.IsEmpty || to.IsEmpty)
        {
            return;
        }

        // The order in which preferences are written decides nothing that their being special does not.
        const string Name = "mergePreferences";
        string[] changes = from.Preferences.Default == to.Preferences.Default ? [] : [$"default {from.Preferences.Default} → {to.Preferences.Default}"];
        bool isSame = from.Preferences.Metrics.ToHashSet().SetEquals(to.Preferences.Metrics);
        changes = isSame ? changes : [.. changes, "preferences of metrics changed"];
        if (changes.Length == 0)
        {
            keep(Name, OperatorKind.MergePreferences, "");
        }
        else
        {
            add(Name, OperatorKind.MergePreferences, Verdict.Replace, $"{string.Join("; ", changes)}: {AtOnce}", null);
        }
    }

    private void AddNamed(OperatorKind kind, IEnumerable<(string Name, string Text)> from, IEnumerable<(string Name, string Text)> to)
    {
        Dictionary<string, string> before = from.ToDictionary(each => each.Name, each => each.Text);
        foreach ((string name, string text) in to)
        {
            bool existed = before.Remove(name, out string? old);
            if (!existed)
            {
                add(name, kind, Verdict.Add, $"is new: {AtOnce}", null);
            }
            else if (old != text)
            {
                add(name, kind, Verdict.Replace, $"{old} → {text}: {AtOnce}", null);
            }
            else
            {
                keep(name, kind, "");
            }
        }

        foreach (string gone in before.Keys.Order(StringComparer.Ordinal))
        {
            add(gone, kind, Verdict.Drop, $"is not in the new version: {AtOnce}", null);
        }
    }

    // What is not part of an identity, and yet somebody will see.
    private static IEnumerable<string> Shown(DatasetPlan before, DatasetPlan after)
    {
        if (before.Status != after.Status)
        {
            yield return $"status {before.Status} → {after.Status}";
        }

        if (before.StartOfWeek != after.StartOfWeek)
        {
            yield return $"startOfWeek {before.StartOfWeek} → {after.StartOfWeek}";
        }

        if (before.Category != after.Category)
        {
            yield return $"category {DatasetSection.Word(before.Category)} → {DatasetSection.Word(after.Category)}";
        }
    }

    private static string Draft(DatasetPlan dataset) => dataset.Status == DatasetStatus.Draft ? " to who asks for drafts" : "";

    private static string Text(HarmonizedField field) =>
        string.Create(CultureInfo.InvariantCulture, $"{field.Display}, {field.Category}, {field.Type}{(field.Formula is null ? "" : $", {field.Formula}")}");

    private static string Text(IEnumerable<FieldPredicate> rule, string metric, string? money)
    {
        IEnumerable<string> conditions = rule.Select(each => $"{each.Field} {each.Operator} {string.Join(" or ", each.Values)}".TrimEnd());
        return $"{string.Join(" and ", conditions)} by {metric}{(money is null ? "" : $" and {money}")}";
    }
}
