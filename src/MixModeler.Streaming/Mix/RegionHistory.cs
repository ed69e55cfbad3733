using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// What was observed of each region, per share of population so that regions are alike in size, and the sums over it that all particles
/// share. Grows with the history that it belongs to.
/// </summary>
internal sealed class RegionHistory
{
    private readonly MixLayout layout;
    private readonly Region[] regions;

    public RegionHistory(MixLayout layout, IReadOnlyList<RegionShare> members)
    {
        this.layout = layout;
        Shares = [.. members.Select(member => member.Share)];
        NoiseShare = Math.Sqrt(Shares.Sum(share => share * share));
        regions = [.. members.Select(_ => new Region(layout))];
    }

    public int Count => regions.Length;

    /// <summary>Of the population; sum to 1.</summary>
    public double[] Shares { get; }

    /// <summary>Independent errors of the regions make one of the whole that is smaller by this factor.</summary>
    public double NoiseShare { get; }

    public ReadOnlySpan<double> Target(int region, int periods) => regions[region].Target.AsSpan(0, periods);

    public ReadOnlySpan<double> Outcome(int region, int periods) => regions[region].Outcome.AsSpan(0, periods);

    public ReadOnlySpan<double> Baseline(int region, int column, int periods) => regions[region].Baseline[column].AsSpan(0, periods);

    public ReadOnlySpan<double> Media(int region, int channel, int periods) => regions[region].Media[channel].AsSpan(0, periods);

    public ReadOnlySpan<double> Input(int region, int input, int periods) => regions[region].Raw[input].AsSpan(0, periods);

    public ReadOnlySpan<double> LastRow(int region) => regions[region].Row;

    public ReadOnlySpan<double> Gram(int region) => regions[region].Gram;

    public ReadOnlySpan<double> Rhs(int region) => regions[region].Rhs;

    public double Squares(int region) => regions[region].Squares;

    /// <summary>Adds a period to every region.</summary>
    public void Append(in MixObservation observation, MixHistory history, int period)
    {
        for (int r = 0; r < regions.Length; r++)
        {
            regions[r].Reserve(period);
            history.FillRow(observation, observation.Regions![r].Inputs, period, regions[r].Row);
            regions[r].Forget(history.Discount);
            regions[r].Append(observation.Regions[r], history.Scales, Shares[r], layout, period);
        }
    }

    private sealed class Region
    {
        public Region(MixLayout layout)
        {
            Row = new double[layout.BaselineCount];
            Gram = new double[layout.BaselineCount * layout.BaselineCount];
            Rhs = new double[layout.BaselineCount];
            Baseline = [.. Row.Select(_ => new double[64])];
            Media = [.. layout.Channels.Select(_ => new double[64])];
            Raw = [.. layout.Inputs.Select(_ => new double[64])];
        }

        public double[] Row { get; }

        public double[] Gram { get; }

        public double[] Rhs { get; }

        public double Squares { get; private set; }

        public double[][] Baseline { get; private set; }

        public double[][] Media { get; private set; }

        public double[][] Raw { get; private set; }

        public double[] Target { get; private set; } = new double[64];

        public double[] Outcome { get; private set; } = new double[64];

        public void Append(RegionNumbers numbers, MixScales scales, double share, MixLayout layout, int period)
        {
            double y = numbers.Target / (scales.Target * share);
            (Outcome[period], Target[period]) = (numbers.Target, y);
            for (int i = 0; i < Raw.Length; i++)
            {
                Raw[i][period] = numbers.Inputs[i];
            }

            for (int c = 0; c < Media.Length; c++)
            {
                Media[c][period] = numbers.Inputs[layout.MediaInputs[c]] / (scales.Media[c] * share);
            }

            Squares += y * y;
            for (int i = 0; i < Row.Length; i++)
            {
                Baseline[i][period] = Row[i];
                Rhs[i] += Row[i] * y;
                Columns.AddScaled(Row[i], Row, Gram.AsSpan(i * Row.Length, Row.Length));
            }
        }

        public void Forget(double discount)
        {
            if (discount < 1)
            {
                Squares *= discount;
                Columns.Scale(discount, Rhs);
                Columns.Scale(discount, Gram);
            }
        }

        public void Reserve(int period)
        {
            if (period < Target.Length)
            {
                return;
            }

            int capacity = Target.Length * 2;
            (Baseline, Media, Raw) = (Columns.Grown(Baseline, capacity), Columns.Grown(Media, capacity), Columns.Grown(Raw, capacity));
            double[][] both = Columns.Grown([Target, Outcome], capacity);
            (Target, Outcome) = (both[0], both[1]);
        }
    }
}
