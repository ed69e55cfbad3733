namespace MixModeler.Streaming.Learn.Offline;

/// <summary>
/// The exact area under the ROC curve: the share of (positive, negative) pairs that the predictions order rightly, ties as one
/// half. O(n log n), for comparisons after the fact.
/// </summary>
public static class RankAuc
{
    public static double Of(double[] predictions, bool[] labels)
    {
        double[] sorted = [.. predictions];
        bool[] label = [.. labels];
        Array.Sort(sorted, label);
        double ordered = 0;
        double positives = 0;
        double negatives = 0;
        for (int i = 0; i < sorted.Length;)
        {
            double tiedPositives = 0;
            double tiedNegatives = 0;
            int tied = i;
            for (; tied < sorted.Length && sorted[tied] == sorted[i]; tied++)
            {
                tiedPositives += label[tied] ? 1 : 0;
                tiedNegatives += label[tied] ? 0 : 1;
            }

            ordered += tiedPositives * (negatives + (tiedNegatives / 2));
            positives += tiedPositives;
            negatives += tiedNegatives;
            i = tied;
        }

        return ordered / (positives * negatives);
    }
}
