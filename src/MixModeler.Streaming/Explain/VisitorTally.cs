using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// What two versions would show each visitor, by the newest score, and in which features the visitor ever differed. When
/// there are too many visitors, those whose hash is above a limit are dropped and the limit is halved: who is kept depends on
/// the visitors alone, never on the order of their events.
/// </summary>
internal sealed class VisitorTally
{
    private readonly int featureCount;
    private readonly int visitorsMax;
    private readonly DecisionPlan[] plans;
    private readonly string[] scopes;
    private readonly int[][] scopeIndex;
    private readonly Dictionary<Hash128, Visitor> visitors = [];
    private ulong limit = ulong.MaxValue;

    private sealed class Visitor(int features, int scopes)
    {
        public bool[] Differs { get; } = new bool[features];

        public Outcome?[][] Outcomes { get; } = [new Outcome?[scopes], new Outcome?[scopes]];
    }

    public VisitorTally(TopologyPlan left, TopologyPlan right, int featureCount, int visitorsMax)
    {
        this.featureCount = featureCount;
        this.visitorsMax = visitorsMax;
        plans = [DecisionPlan.Compile(left.Decisions), DecisionPlan.Compile(right.Decisions)];
        scopes = [.. left.Decisions.Scopes.Select(s => s.Scope).Intersect(right.Decisions.Scopes.Select(s => s.Scope))];
        scopeIndex = [.. plans.Select(plan => scopes.Select(s => plan.IndexOf(Encoding.UTF8.GetBytes(s))).ToArray())];
    }

    public long Count => visitors.Count;

    public double Share => limit / (double)ulong.MaxValue;

    /// <summary>A new score: what the visitor would be shown, without attributes of a request.</summary>
    public void Scored(int side, ComparedOutput output)
    {
        if (output.Visitor.High > limit)
        {
            return;
        }

        if (!visitors.TryGetValue(output.Visitor, out Visitor? visitor))
        {
            visitors.Add(output.Visitor, visitor = new Visitor(featureCount, scopes.Length));
        }

        for (int s = 0; s < scopes.Length; s++)
        {
            visitor.Outcomes[side][s] = plans[side].Choose(scopeIndex[side][s], output.Values, output.Score, default);
        }

        while (visitors.Count > visitorsMax)
        {
            limit >>= 1;
            foreach (Hash128 above in visitors.Keys.Where(v => v.High > limit).ToArray())
            {
                visitors.Remove(above);
            }
        }
    }

    public void Differs(Hash128 visitor, int feature)
    {
        if (visitors.TryGetValue(visitor, out Visitor? of))
        {
            of.Differs[feature] = true;
        }
    }

    public long DifferingIn(int feature) => visitors.Values.Count(v => v.Differs[feature]);

    public ScopeDivergence[] Decisions() => [.. scopes.Select((scope, s) => Decisions(scope, s))];

    private ScopeDivergence Decisions(string scope, int s)
    {
        // A side that never scored the visitor shows what it shows to strangers.
        ExperienceMove[] moves =
        [
            .. visitors.Values
                .GroupBy(v => (From: Shown(v, 0, s), To: Shown(v, 1, s)))
                .Select(group => new ExperienceMove(group.Key.From, group.Key.To, group.LongCount()))
                .OrderBy(move => move.From, StringComparer.Ordinal)
                .ThenBy(move => move.To, StringComparer.Ordinal),
        ];
        long different = moves.Where(move => move.From != move.To).Sum(move => move.Visitors);
        return new ScopeDivergence(scope, Count, different, Count == 0 ? 0 : (double)different / Count, moves);
    }

    private string Shown(Visitor visitor, int side, int s) =>
        (visitor.Outcomes[side][s] ?? plans[side].Unknown(scopeIndex[side][s])).Experience;
}
