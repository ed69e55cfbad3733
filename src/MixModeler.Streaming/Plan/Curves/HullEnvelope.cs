namespace MixModeler.Streaming.Plan.Curves;

/// <summary>The upper hull of points: Andrew's monotone chain. O(points) to make, O(log points) to ask.</summary>
internal sealed class HullEnvelope : IConcaveEnvelope
{
    private readonly double[] x;
    private readonly double[] y;
    private readonly double[] slopes;             // Of the piece behind each vertex but the last; they fall.

    public HullEnvelope(List<(double X, double Y)> points)
    {
        List<(double X, double Y)> hull = [];
        foreach ((double X, double Y) point in points)
        {
            while (hull.Count >= 2 && IsBelow(hull[^2], hull[^1], point))
            {
                hull.RemoveAt(hull.Count - 1);
            }

            hull.Add(point);
        }

        x = [.. hull.Select(point => point.X)];
        y = [.. hull.Select(point => point.Y)];
        slopes = new double[x.Length - 1];
        for (int i = 0; i < slopes.Length; i++)
        {
            slopes[i] = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
        }
    }

    public double Lower => x[0];

    public double Upper => x[^1];

    public double Value(double spend)
    {
        if (slopes.Length == 0)
        {
            return y[0];
        }

        int at = Piece(spend);
        return y[at] + (slopes[at] * (spend - x[at]));
    }

    public double Slope(double spend) => slopes.Length == 0 ? 0 : slopes[Piece(spend)];

    public double BestAt(double price)
    {
        int low = 0;
        int high = slopes.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (slopes[middle] > price)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return x[low];
    }

    private int Piece(double spend)
    {
        int found = Array.BinarySearch(x, spend);
        return Math.Clamp(found >= 0 ? found : ~found - 1, 0, slopes.Length - 1);
    }

    private static bool IsBelow((double X, double Y) a, (double X, double Y) b, (double X, double Y) c) =>
        (b.Y - a.Y) * (c.X - a.X) <= (c.Y - a.Y) * (b.X - a.X);
}
