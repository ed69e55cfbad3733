using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn.Offline;

/// <summary>An event as a report needs it: whose, what, when, and the visitor's feature values as of this event, itself included.</summary>
public readonly record struct FeaturedEvent(Hash128 Visitor, string EventType, long AtMs, double[] Values);

/// <summary>
/// The training set that the notebooks we replace would draw: a visitor with exactly one form gives the form's own row as a
/// positive, a visitor without gives one random row as a negative, visitors with several forms give none, and "never" becomes 0.
/// Positives are thus always rows of a visitor in the middle of a visit, negatives mostly rows of a mail that was sent: the kind
/// of row tells the label, which at a real decision it cannot.
/// </summary>
internal static class LeakySampling
{
    private sealed class Visitor
    {
        public int Forms;
        public FeaturedEvent Form;
        public FeaturedEvent Drawn;
        public double Draw = double.PositiveInfinity;
    }

    public static List<(long AtMs, bool Label, double[] Inputs)> Draw(IEnumerable<FeaturedEvent> events, string labelEvent, int seed)
    {
        // Which row is drawn depends on the order of the events and on the seed alone.
        Random random = new(seed);
        Dictionary<Hash128, Visitor> visitors = [];
        foreach (FeaturedEvent happened in events)
        {
            if (!visitors.TryGetValue(happened.Visitor, out Visitor? visitor))
            {
                visitor = new Visitor();
                visitors.Add(happened.Visitor, visitor);
            }

            if (happened.EventType == labelEvent)
            {
                visitor.Forms++;
                visitor.Form = happened;
            }

            double draw = random.NextDouble();
            if (draw < visitor.Draw)
            {
                visitor.Draw = draw;
                visitor.Drawn = happened;
            }
        }

        List<(long AtMs, bool Label, double[] Inputs)> drawn = [];
        foreach (Visitor visitor in visitors.Values.Where(visitor => visitor.Forms <= 1))
        {
            FeaturedEvent row = visitor.Forms == 1 ? visitor.Form : visitor.Drawn;
            drawn.Add((row.AtMs, visitor.Forms == 1, NeverAsZero(row.Values)));
        }

        return [.. drawn.OrderBy(row => row.AtMs)];
    }

    public static double[] NeverAsZero(double[] values) => [.. values.Select(value => double.IsNaN(value) ? 0 : value)];
}
