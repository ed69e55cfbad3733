namespace MixModeler.Streaming.Mix;

/// <summary>Weighted particles, and from which of them each descends.</summary>
internal sealed class ParticleCloud
{
    private readonly int length;
    private double[] values;
    private double[] spare;

    public ParticleCloud(int count, int length)
    {
        Count = count;
        this.length = length;
        values = new double[count * length];
        spare = new double[count * length];
        LogWeights = new double[count];
        Weights = new double[count];
        Parents = [.. Enumerable.Range(0, count)];
        Grandparents = [.. Enumerable.Range(0, count)];
        Normalise();
    }

    public int Count { get; }

    public double[] LogWeights { get; }

    /// <summary>Sum to 1.</summary>
    public double[] Weights { get; }

    public double EffectiveCount { get; private set; }

    public int Resamplings { get; private set; }

    /// <summary>The particle of the last resampling that each comes from.</summary>
    public int[] Parents { get; private set; }

    /// <summary>The particle of the resampling before. Those of one family are not independent: Olsson and Douc 2019.</summary>
    public int[] Grandparents { get; private set; }

    public Span<double> this[int particle] => values.AsSpan(particle * length, length);

    public Span<double> Values => values;

    public void Normalise()
    {
        double most = double.NegativeInfinity;
        foreach (double log in LogWeights)
        {
            most = Math.Max(most, log);
        }

        double sum = 0;
        for (int i = 0; i < Count; i++)
        {
            Weights[i] = most > double.NegativeInfinity ? Math.Exp(LogWeights[i] - most) : 1;
            sum += Weights[i];
        }

        double squares = 0;
        for (int i = 0; i < Count; i++)
        {
            LogWeights[i] -= most > double.NegativeInfinity ? most : LogWeights[i];
            Weights[i] /= sum;
            squares += Weights[i] * Weights[i];
        }

        EffectiveCount = 1 / squares;
    }

    /// <summary>Systematic resampling: each particle is there as often as its weight says, rounded up or down.</summary>
    /// <param name="uniform">The one random number it needs.</param>
    /// <param name="before">Looks at the weighted particles first.</param>
    public void Resample(double uniform, Action<ParticleCloud> before)
    {
        before(this);
        int[] parents = new int[Count];
        int[] grandparents = new int[Count];
        double reached = Weights[0];
        int from = 0;
        for (int i = 0; i < Count; i++)
        {
            double wanted = (i + uniform) / Count;
            while (reached < wanted && from < Count - 1)
            {
                reached += Weights[++from];
            }

            this[from].CopyTo(spare.AsSpan(i * length, length));
            (parents[i], grandparents[i]) = (from, Parents[from]);
        }

        (values, spare) = (spare, values);
        (Parents, Grandparents) = (parents, grandparents);
        Array.Clear(LogWeights);
        Normalise();
        Resamplings++;
    }

    public void Restore(int resamplings, ReadOnlySpan<int> parents, ReadOnlySpan<int> grandparents)
    {
        Resamplings = resamplings;
        parents.CopyTo(Parents);
        grandparents.CopyTo(Grandparents);
        NormaliseExactly();
    }

    // Log weights were stored after their largest was taken off, so this takes off nothing and makes the same bits.
    private void NormaliseExactly() => Normalise();
}
