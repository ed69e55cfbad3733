using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Explain;

/// <summary>Compares the values of the features that two versions have in common, by name.</summary>
internal sealed class FeatureTally
{
    private readonly Column[] columns;

    private sealed class Column(string name, int left, int right)
    {
        public string Name { get; } = name;

        public int Left { get; } = left;

        public int Right { get; } = right;

        public long Values { get; set; }

        public long Different { get; set; }

        public long Never { get; set; }

        public double Max { get; set; }
    }

    public FeatureTally(FeatureSchema left, FeatureSchema right)
    {
        columns = [.. left.Features.Select((feature, i) => new Column(feature.Name, i, right.IndexOf(feature.Name))).Where(c => c.Right >= 0)];
        Shared = [.. columns.Select(c => c.Name)];
        OnlyLeft = [.. left.Features.Select(f => f.Name).Except(Shared)];
        OnlyRight = [.. right.Features.Select(f => f.Name).Except(Shared)];
    }

    public string[] Shared { get; }

    public string[] OnlyLeft { get; }

    public string[] OnlyRight { get; }

    /// <summary>Counts a pair of scores; true if no common feature differs.</summary>
    public bool Compare(ComparedOutput left, ComparedOutput right, VisitorTally visitors)
    {
        bool same = true;
        for (int i = 0; i < columns.Length; i++)
        {
            Column column = columns[i];
            double ours = left.Values[column.Left];
            double theirs = right.Values[column.Right];
            column.Values++;
            if (ours.Equals(theirs))
            {
                continue;
            }

            same = false;
            column.Different++;
            visitors.Differs(left.Visitor, i);
            if (double.IsNaN(ours) || double.IsNaN(theirs))
            {
                column.Never++;
            }
            else
            {
                column.Max = Math.Max(column.Max, Math.Abs(ours - theirs));
            }
        }

        return same;
    }

    public bool AreSame(ComparedOutput left, ComparedOutput right) => left.Values.Length == 0 || !Differing(left, right).Any();

    public IEnumerable<string> Differing(ComparedOutput left, ComparedOutput right) =>
        columns.Where(c => !left.Values[c.Left].Equals(right.Values[c.Right])).Select(c => c.Name);

    public FeatureDivergence[] ToReport(VisitorTally visitors) =>
    [
        .. columns.Select((c, i) =>
        {
            long differing = visitors.DifferingIn(i);
            double share = visitors.Count == 0 ? 0 : (double)differing / visitors.Count;
            return new FeatureDivergence(c.Name, c.Values, c.Different, differing, share, c.Max, c.Never);
        }),
    ];
}
