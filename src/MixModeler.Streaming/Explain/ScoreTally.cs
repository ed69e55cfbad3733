namespace MixModeler.Streaming.Explain;

/// <summary>How far the scores of two versions lie apart, in one pass (Welford's updates, so that means far from 0 do no harm).</summary>
internal sealed class ScoreTally
{
    private long pairs;
    private long different;
    private long otherVisitor;
    private double differenceSum;
    private double differenceMax;
    private double meanLeft;
    private double meanRight;
    private double squaresLeft;
    private double squaresRight;
    private double products;

    /// <summary>Counts a pair; true if the scores are the same to the last bit.</summary>
    public bool Compare(ComparedOutput left, ComparedOutput right)
    {
        if (left.Visitor != right.Visitor)
        {
            otherVisitor++;
        }

        pairs++;
        double difference = Math.Abs(left.Score - right.Score);
        differenceSum += difference;
        differenceMax = Math.Max(differenceMax, difference);
        double fromLeft = left.Score - meanLeft;
        double fromRight = right.Score - meanRight;
        meanLeft += fromLeft / pairs;
        meanRight += fromRight / pairs;
        squaresLeft += fromLeft * (left.Score - meanLeft);
        squaresRight += fromRight * (right.Score - meanRight);
        products += fromLeft * (right.Score - meanRight);
        different += difference > 0 ? 1 : 0;
        return difference == 0;
    }

    public ScoreDivergence ToReport() => new()
    {
        Pairs = pairs,
        Different = different,
        DifferenceMean = pairs == 0 ? 0 : differenceSum / pairs,
        DifferenceMax = differenceMax,
        Correlation = squaresLeft > 0 && squaresRight > 0 ? Math.Min(1, products / Math.Sqrt(squaresLeft * squaresRight)) : null,
        OtherVisitor = otherVisitor,
    };
}
