using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology.Diff;

// Collects the verdicts on one change, part by part in the order of a topology file.
internal sealed class VerdictList(TopologyPlan from, TopologyPlan to, StateMapping mapping)
{
    private readonly ImmutableArray<OperatorVerdict>.Builder verdicts = ImmutableArray.CreateBuilder<OperatorVerdict>();

    public bool ReplaysTraining { get; private set; }

    public bool HasChanges { get; private set; }

    public ImmutableArray<OperatorVerdict> ToImmutable() => verdicts.ToImmutable();

    public void AddSource()
    {
        List<string> changes = [];
        Compare(changes, "lateness", from.Source.Lateness, to.Source.Lateness);
        Compare(changes, "deduplicate", from.Source.DeduplicateWithin, to.Source.DeduplicateWithin);
        Compare(changes, "future", from.Source.FutureMax, to.Source.FutureMax);
        string horizons = changes.Count == 0 ? "" : $"{string.Join("; ", changes)}; what was decided before stays";
        if (!from.Source.IdentityPaths.SequenceEqual(to.Source.IdentityPaths))
        {
            string paths = $"{PathsText(from)} became {PathsText(to)}: visitors are named otherwise, so everything kept of them is made anew";
            Add("source", OperatorKind.Source, Verdict.Rebuild, horizons.Length == 0 ? paths : $"{paths}; {horizons}");
        }
        else
        {
            Keep("source", OperatorKind.Source, horizons);
        }

        if (from.FrontIdentity != to.FrontIdentity)
        {
            const string Reason = "other events, or other contents, reach the features than before: everything kept of visitors is made anew";
            Add("front", OperatorKind.Front, Verdict.Rebuild, Reason);
        }
    }

    public void AddFeatures()
    {
        HashSet<int> used = [.. mapping.FeatureFrom];
        HashSet<int> redefined = [];
        for (int i = 0; i < to.Schema.Features.Length; i++)
        {
            string name = to.Schema.Features[i].Name;
            int origin = mapping.FeatureFrom[i];
            if (origin >= 0)
            {
                string before = from.Schema.Features[origin].Name;
                Keep(name, OperatorKind.Feature, before != name ? $"was '{before}'" : origin != i ? "stands at another place; its state does not" : "");
                continue;
            }

            int namesake = from.Schema.IndexOf(name);
            if (namesake >= 0 && !used.Contains(namesake))
            {
                redefined.Add(namesake);
                Add(name, OperatorKind.Feature, Verdict.Rebuild, Redefinition(namesake, i));
            }
            else
            {
                Add(name, OperatorKind.Feature, Verdict.Rebuild, "is new: made from the retained log");
            }
        }

        for (int i = 0; i < from.Schema.Features.Length; i++)
        {
            if (!used.Contains(i) && !redefined.Contains(i))
            {
                string name = from.Schema.Features[i].Name;
                Add(name, OperatorKind.Feature, Verdict.Drop, "is not in the new version", $"what '{name}' holds goes: a later version can only make it from the log as far as that is kept");
            }
        }
    }

    public void AddModel()
    {
        if (from.Model is null && to.Model is null)
        {
            return;
        }

        if (to.Model is not { } after)
        {
            string name = from.Model!.Name;
            Add("labels", OperatorKind.Labels, Verdict.Drop, "the new version has no model", "decisions that still wait for their label are never learned");
            Add(name, OperatorKind.Model, Verdict.Drop, "the new version has no model", $"what '{name}' learned is used no more");
            return;
        }

        if (from.Model is not { } before)
        {
            Add("labels", OperatorKind.Labels, Verdict.Rebuild, "is new: decisions that may still get their label are taken from the retained log");
            Add(after.Name, OperatorKind.Model, Verdict.Add, $"is new: starts at the base rate {Text(after.BaseRate)}");
            return;
        }

        AddLabels(before, after);
        AddLearner(before, after);
        if (before.ProfilePath == after.ProfilePath)
        {
            Keep(after.ProfilePath, OperatorKind.Profile, "");
        }
        else
        {
            string moved = $"the score stood at {before.ProfilePath}; each profile is written anew with its visitor's next score";
            Add(after.ProfilePath, OperatorKind.Profile, Verdict.Replace, moved);
        }
    }

    public void AddOutputs()
    {
        HashSet<string> scopes = [.. from.Decisions.Scopes.Select(scope => scope.Scope)];
        foreach (ScopeDocument scope in to.Decisions.Scopes)
        {
            ScopeDocument? before = from.Decisions.Scopes.FirstOrDefault(each => each.Scope == scope.Scope);
            scopes.Remove(scope.Scope);
            if (before is null)
            {
                Add(scope.Scope, OperatorKind.Decisions, Verdict.Add, "is new");
            }
            else
            {
                string? change = ScopeChange(before, scope);
                Add(scope.Scope, OperatorKind.Decisions, change is null ? Verdict.Keep : Verdict.Replace, change ?? "unchanged", changes: change is not null);
            }
        }

        foreach (string gone in from.Decisions.Scopes.Select(scope => scope.Scope).Where(scopes.Contains))
        {
            Add(gone, OperatorKind.Decisions, Verdict.Drop, "is not in the new version: whoever still asks for it gets no decision");
        }

        if (from.Topics.Prefix == to.Topics.Prefix)
        {
            Keep(to.Topics.Prefix, OperatorKind.Sink, "");
            return;
        }

        string topics = $"topics were named {from.Topics.Prefix}… and are named {to.Topics.Prefix}…";
        string loss = $"events are read from and outputs go to other topics: offsets, scores and examples under {from.Topics.Prefix} are left behind";
        Add(to.Topics.Prefix, OperatorKind.Sink, Verdict.Replace, topics, loss);
    }

    public void AddDeclared(IReadOnlyList<DeclaredOperator> before, IReadOnlyList<DeclaredOperator> after) =>
        new DeclaredVerdicts((name, kind, verdict, reason, loss) => Add(name, kind, verdict, reason, loss), Keep).Add(before, after);

    public void AddDatasets() =>
        new DatasetVerdicts((name, kind, verdict, reason, loss) => Add(name, kind, verdict, reason, loss), Keep).Add(from, to);

    /// <summary>An attribution model runs in a lane of its own by its identity.</summary>
    public void AddAttributions() => AddByIdentity(
        OperatorKind.Attribution,
        [.. from.Attributions.Select(model => (model.Name, model.Identity))],
        [.. to.Attributions.Select(model => (model.Name, model.Identity))],
        $"the retained log of {to.Topics.Events}",
        "what it keeps of visitors goes");

    /// <summary>A mix is learned from the harmonized table by its identity; the experiments that it was told stay with its name.</summary>
    public void AddMixes() => AddByIdentity(
        OperatorKind.Mix,
        [.. from.Mixes.Select(model => (model.Name, model.Identity))],
        [.. to.Mixes.Select(model => (model.Name, model.Identity))],
        "the harmonized table",
        "its experiments and its training window go");

    /// <summary>A plan is in force until a better one is sure; with other terms it begins anew.</summary>
    public void AddPlans() => AddByIdentity(
        OperatorKind.Plan,
        [.. from.Plans.Select(plan => (plan.Name, plan.Identity))],
        [.. to.Plans.Select(plan => (plan.Name, plan.Identity))],
        "what its mix has learned",
        "the plan in force goes");

    private void AddByIdentity(
        OperatorKind kind, (string Name, string Identity)[] was, (string Name, string Identity)[] comes, string madeFrom, string loss)
    {
        Dictionary<string, string> before = was.ToDictionary(each => each.Name, each => each.Identity);
        foreach ((string name, string identity) in comes)
        {
            if (!before.Remove(name, out string? old))
            {
                Add(name, kind, Verdict.Add, $"is new: made from {madeFrom}");
            }
            else if (old == identity)
            {
                Keep(name, kind, "");
            }
            else
            {
                Add(name, kind, Verdict.Rebuild, $"is declared otherwise: it is made anew from {madeFrom}, under another identity");
            }
        }

        foreach (string gone in before.Keys.Order(StringComparer.Ordinal))
        {
            Add(gone, kind, Verdict.Drop, "is not in the new version", $"{loss}: a later version can only make '{gone}' from {madeFrom}, as far as that is kept");
        }
    }

    private void AddLabels(ModelPlan before, ModelPlan after)
    {
        if (mapping.KeepsLabels)
        {
            bool settlesOtherwise = from.Source.Lateness != to.Source.Lateness;
            Keep("labels", OperatorKind.Labels, settlesOtherwise ? "decisions go on waiting; from the switch on they wait out the new lateness" : "");
            return;
        }

        List<string> changes = [];
        Compare(changes, "label", before.LabelEvent, after.LabelEvent);
        Compare(changes, "within", before.LabelWithin, after.LabelWithin);
        string what = changes.Count == 0 ? "visitors or their events are others than before" : string.Join("; ", changes);
        Add("labels", OperatorKind.Labels, Verdict.Rebuild, $"{what}: decisions that may still get their label are taken from the retained log");
    }

    private void AddLearner(ModelPlan before, ModelPlan after)
    {
        if (before.Name != after.Name || !mapping.KeepsLabels)
        {
            string cause = before.Name != after.Name ? $"model '{before.Name}' became '{after.Name}'" : "the label is another one";
            string loss = $"the {before.Name} model's weights and metrics go: they foretell what is no longer asked";
            Add(after.Name, OperatorKind.Model, Verdict.Rebuild, $"{cause}: starts again at the base rate {Text(after.BaseRate)}", loss);
            return;
        }

        List<string> rates = [];
        Compare(rates, "alpha", before.Learner.Alpha, after.Learner.Alpha);
        Compare(rates, "beta", before.Learner.Beta, after.Learner.Beta);
        Compare(rates, "l1", before.Learner.L1, after.Learner.L1);
        Compare(rates, "l2", before.Learner.L2, after.Learner.L2);
        List<string> inputs = InputChanges();
        if (rates.Count > 0)
        {
            ReplaysTraining = true;
            Add(after.Name, OperatorKind.Model, Verdict.Rebuild, $"{string.Join("; ", rates.Concat(inputs))}: learned anew from {to.Topics.Training}");
            return;
        }

        Compare(inputs, "window", before.Learner.WindowExamples, after.Learner.WindowExamples);
        bool sameInputs = from.Schema.InputNames.SequenceEqual(to.Schema.InputNames);
        string start = before.BaseRate == after.BaseRate ? "" : $"baseRate {Text(before.BaseRate)} → {Text(after.BaseRate)} counts only before the first example";
        if (inputs.Count > 0 || !sameInputs)
        {
            string what = inputs.Count == 0 ? "inputs stand in another order" : string.Join("; ", inputs);
            Add(after.Name, OperatorKind.Model, Verdict.Migrate, start.Length == 0 ? what : $"{what}; {start}");
            return;
        }

        Keep(after.Name, OperatorKind.Model, start);
    }

    private List<string> InputChanges()
    {
        List<string> changes = [];
        HashSet<int> used = [.. mapping.FeatureFrom];
        List<string> added = [];
        List<string> renamed = [];
        for (int i = 0; i < mapping.FeatureFrom.Length; i++)
        {
            string name = to.Schema.Features[i].Name;
            int origin = mapping.FeatureFrom[i];
            int namesake = from.Schema.IndexOf(name);
            if (origin >= 0 && from.Schema.Features[origin].Name != name)
            {
                renamed.Add(name);
            }
            else if (origin < 0 && namesake >= 0 && !used.Contains(namesake) && from.Schema.Features[namesake].Kind == to.Schema.Features[i].Kind)
            {
                used.Add(namesake);
                changes.Add($"the weight of '{name}' goes on from where it was learned with the old definition");
            }
            else if (origin < 0)
            {
                added.Add(name);
            }
        }

        string[] removed = [.. Enumerable.Range(0, from.Schema.Features.Length).Where(i => !used.Contains(i)).Select(i => from.Schema.Features[i].Name)];
        if (added.Count > 0)
        {
            changes.Add($"{string.Join(", ", added)} begin with weight 0");
        }

        if (removed.Length > 0)
        {
            changes.Add($"the weights of {string.Join(", ", removed)} go");
        }

        if (renamed.Count > 0)
        {
            changes.Add($"{string.Join(", ", renamed)} keep their weights under the new names");
        }

        return changes;
    }

    private string Redefinition(int before, int after)
    {
        Feature old = from.Schema.Features[before];
        Feature next = to.Schema.Features[after];
        FeatureMatch oldMatch = from.Matches[before];
        FeatureMatch nextMatch = to.Matches[after];
        List<string> changes = [];
        Compare(changes, "kind", old.Kind.ToString(), next.Kind.ToString());
        Compare(changes, "path", oldMatch.Path, nextMatch.Path);
        Compare(changes, "value", oldMatch.Value, nextMatch.Value);
        Compare(changes, "amount", oldMatch.AmountPath ?? "1", nextMatch.AmountPath ?? "1");
        Compare(changes, "halfLife", TimeSpan.FromMilliseconds(old.HalfLifeMs), TimeSpan.FromMilliseconds(next.HalfLifeMs));
        return changes.Count == 0 ? "what stands before it changed: made from the retained log" : $"{string.Join("; ", changes)}: made from the retained log";
    }

    private string? ScopeChange(ScopeDocument before, ScopeDocument after)
    {
        List<string> changes = [];
        Compare(changes, "clock", from.Decisions.Clock, to.Decisions.Clock);
        Compare(changes, "otherwise", before.Otherwise, after.Otherwise);
        Compare(changes, "unknown", before.Unknown, after.Unknown);
        Dictionary<string, string> rules = before.Rules.ToDictionary(rule => rule.Name, rule => Json(rule, from.Decisions));
        foreach (RuleDocument rule in after.Rules)
        {
            bool existed = rules.Remove(rule.Name, out string? json);
            if (!existed)
            {
                changes.Add($"rule '{rule.Name}' is new");
            }
            else if (json != Json(rule, to.Decisions))
            {
                changes.Add($"rule '{rule.Name}' changed");
            }
        }

        changes.AddRange(rules.Keys.Select(gone => $"rule '{gone}' is gone"));
        bool sameOrder = before.Rules.Select(rule => rule.Name).SequenceEqual(after.Rules.Select(rule => rule.Name));
        if (changes.Count == 0 && !sameOrder)
        {
            changes.Add("rules stand in another order");
        }

        return changes.Count == 0 ? null : string.Join("; ", changes);
    }

    // The form that edges get, with the audiences that the rule asks for: what reads alike there is alike.
    private static string Json(RuleDocument rule, DecisionDocument its)
    {
        DecisionDocument alone = new()
        {
            Audiences = [.. its.Audiences.Where(audience => rule.Audiences.Contains(audience.Name))],
            Scopes = [new ScopeDocument { Rules = [rule] }],
        };
        return JsonSerializer.Serialize(alone, DocumentJson.Default.DecisionDocument);
    }

    private void Keep(string name, OperatorKind kind, string note) =>
        Add(name, kind, Verdict.Keep, note.Length == 0 ? "unchanged" : note, changes: note.Length > 0);

    private void Add(string name, OperatorKind kind, Verdict verdict, string reason, string? loss = null, bool changes = true)
    {
        HasChanges |= changes;
        verdicts.Add(new OperatorVerdict(name, kind, verdict, reason, loss));
    }

    private static string PathsText(TopologyPlan plan) => $"[{string.Join(", ", plan.Source.IdentityPaths)}]";

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static void Compare(List<string> changes, string what, TimeSpan before, TimeSpan after) =>
        Compare(changes, what, Duration.Text(before), Duration.Text(after));

    private static void Compare(List<string> changes, string what, double before, double after) =>
        Compare(changes, what, Text(before), Text(after));

    private static void Compare(List<string> changes, string what, string before, string after)
    {
        if (before != after)
        {
            changes.Add($"{what} {before} → {after}");
        }
    }
}
