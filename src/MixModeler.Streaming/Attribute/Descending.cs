namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The nearest series that never rises and never falls below 0, by weighted least squares: pool adjacent violators (Ayer and others,
/// Annals of Mathematical Statistics 26, 1955), then everything below 0 to 0, which is the solution with the floor. O(n).
/// </summary>
internal static class Descending
{
    public static void Fit(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, Span<double> fitted)
    {
        int n = values.Length;
        Span<double> means = stackalloc double[n];
        Span<double> sums = stackalloc double[n];
        Span<int> lengths = stackalloc int[n];
        int blocks = 0;
        for (int i = 0; i < n; i++)
        {
            (means[blocks], sums[blocks], lengths[blocks]) = (values[i], weights[i], 1);
            while (blocks > 0 && means[blocks] > means[blocks - 1])
            {
                double sum = sums[blocks - 1] + sums[blocks];
                means[blocks - 1] = ((means[blocks - 1] * sums[blocks - 1]) + (means[blocks] * sums[blocks])) / sum;
                sums[blocks - 1] = sum;
                lengths[blocks - 1] += lengths[blocks];
                blocks--;
            }

            blocks++;
        }

        int at = 0;
        for (int block = 0; block < blocks; block++)
        {
            fitted.Slice(at, lengths[block]).Fill(Math.Max(0, means[block]));
            at += lengths[block];
        }
    }
}
