// Hot path: once per particle and period. Budget: 0 B. Measured by `bench mix`.
namespace MixModeler.Streaming.Mix;

/// <summary>
/// The regional part of a likelihood: what a region has of its own (level, deviations of factors and of effects) is normal given a particle
/// and the common coefficients, and is integrated exactly. What is left is a system of the common coefficients, summed over regions:
/// X'WX with W = (I - H (I + H'H/σ²)⁻¹ H'/σ²), H the region's own columns times their standard deviations. Holds a workspace; one thread.
/// </summary>
internal sealed class RegionIntegral
{
    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly int n0;
    private readonly int channels;
    private readonly int controls;
    private readonly int firstControl;
    private readonly int locals;
    private readonly double[] deviations;
    private readonly double[] own;
    private readonly double[] local;
    private readonly double[] factors;
    private readonly double[] solved;
    private readonly double[] drawn;

    public RegionIntegral(MixLayout layout, ParticleLayout particles)
    {
        (this.layout, this.particles) = (layout, particles);
        n0 = layout.BaselineCount;
        channels = layout.Channels.Length;
        controls = layout.Spec.Controls.Count;
        firstControl = n0 - controls;
        locals = particles.Locals;
        deviations = new double[locals];
        own = new double[(n0 + 1) * (n0 + 1)];
        local = new double[locals * (n0 + 1)];
        factors = new double[particles.Regions * locals * locals];
        solved = new double[particles.Regions * locals * (n0 + 1)];
        drawn = new double[locals];
        Gram = new double[n0 * n0];
        Rhs = new double[n0];
    }

    /// <summary>Of the last <see cref="Gather"/>: the common coefficients' products, regions' own parts taken off.</summary>
    public double[] Gram { get; }

    /// <summary>Of the last <see cref="Gather"/>: products of the common columns with what the channels leave of the outcomes.</summary>
    public double[] Rhs { get; }

    /// <summary>Of the last <see cref="Gather"/>: ln of what integrating the regions' own parts costs.</summary>
    public double LogVolume { get; private set; }

    /// <summary>What experiments say of effects that are those of the whole; the rest of what they say is in <see cref="Gather"/>.</summary>
    public double Told(Span<double> particle, ReadOnlySpan<double> effects)
    {
        double sum = 0;
        for (int r = 0; r < particles.Regions; r++)
        {
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<double> sums = particles.RegionChannel(particle, r, c);
                sum += effects[c] * (sums[particles.RegionLiftProductAt] - 0.5 * effects[c] * sums[particles.RegionLiftPrecisionAt]);
            }
        }

        return sum;
    }

    /// <summary>Brings the regions together: fills <see cref="Gram"/>, <see cref="Rhs"/> and <see cref="LogVolume"/>; returns the squares.</summary>
    /// <param name="history">All of it.</param>
    /// <param name="particle">Its sums must be up to date.</param>
    /// <param name="effects">Of each channel.</param>
    /// <param name="precision">1 / variance of the noise.</param>
    public double Gather(MixHistory history, Span<double> particle, ReadOnlySpan<double> effects, double precision)
    {
        RegionHistory regions = history.Regions!;
        layout.Deviations(particle, deviations);
        Array.Clear(Gram);
        Array.Clear(Rhs);
        LogVolume = 0;
        double squares = 0;
        int width = n0 + 1;
        for (int r = 0; r < regions.Count; r++)
        {
            squares += FillOwn(regions, r, particle, effects);
            FillLocal(r, particle, effects, precision);
            Span<double> factor = factors.AsSpan(r * locals * locals, locals * locals);
            Span<double> right = solved.AsSpan(r * locals * width, locals * width);
            FillFactor(regions, r, particle, effects, precision, factor);
            LogVolume -= Solve(factor, local, right, width);
            for (int l = 0; l < locals; l++)
            {
                ReadOnlySpan<double> row = right.Slice(l * width, width);
                for (int i = 0; i < n0; i++)
                {
                    Columns.AddScaled(-precision * row[i], row[..n0], Gram.AsSpan(i * n0, n0));
                }

                Columns.AddScaled(-precision * row[n0], row[..n0], Rhs);
                squares -= precision * row[n0] * row[n0];
            }
        }

        return squares;
    }

    /// <summary>Draws what regions have of their own, after <see cref="Gather"/> and given the common coefficients.</summary>
    public void Draw(Span<double> particle, ReadOnlySpan<double> common, double precision, ref KeyedRandom random)
    {
        int width = n0 + 1;
        for (int r = 0; r < particles.Regions; r++)
        {
            ReadOnlySpan<double> factor = factors.AsSpan(r * locals * locals, locals * locals);
            ReadOnlySpan<double> right = solved.AsSpan(r * locals * width, locals * width);
            for (int l = 0; l < locals; l++)
            {
                double left = right[(l * width) + n0] - Columns.Dot(right.Slice(l * width, n0), common[..n0]);
                drawn[l] = precision * left + random.Normal();
            }

            Span<double> own = particles.LocalsOf(particle, r);
            for (int l = locals - 1; l >= 0; l--)
            {
                double sum = drawn[l];
                for (int k = l + 1; k < locals; k++)
                {
                    sum -= factor[(k * locals) + l] * drawn[k];
                }

                drawn[l] = sum / factor[(l * locals) + l];
                own[l] = drawn[l] * deviations[l];
            }
        }
    }

    // Products of [common columns, what channels leave of the outcome] with themselves: the first into Gram and Rhs, all of it kept in `own`.
    private double FillOwn(RegionHistory regions, int r, Span<double> particle, ReadOnlySpan<double> effects)
    {
        ReadOnlySpan<double> gram = regions.Gram(r);
        ReadOnlySpan<double> rhs = regions.Rhs(r);
        int width = n0 + 1;
        for (int i = 0; i < n0; i++)
        {
            gram.Slice(i * n0, n0).CopyTo(own.AsSpan(i * width, n0));
            own[(i * width) + n0] = rhs[i];
        }

        double squares = regions.Squares(r);
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<double> sums = particles.RegionChannel(particle, r, c);
            for (int i = 0; i < n0; i++)
            {
                own[(i * width) + n0] -= effects[c] * sums[i];
            }

            squares -= 2 * effects[c] * sums[n0 + channels];
            squares += effects[c] * Columns.Dot(sums.Slice(n0, channels), effects);
        }

        for (int i = 0; i < n0; i++)
        {
            Columns.AddScaled(1, own.AsSpan(i * width, n0), Gram.AsSpan(i * n0, n0));
            Rhs[i] += own[(i * width) + n0];
        }

        return squares;
    }

    // H'[X, rest]: the region's own columns, times their deviations, with the common ones and with what channels leave.
    private void FillLocal(int r, Span<double> particle, ReadOnlySpan<double> effects, double precision)
    {
        int width = n0 + 1;
        CopyScaled(own.AsSpan(0, width), deviations[0], local.AsSpan(0, width));
        for (int k = 0; k < controls; k++)
        {
            CopyScaled(own.AsSpan((firstControl + k) * width, width), deviations[1 + k], local.AsSpan((1 + k) * width, width));
        }

        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<double> sums = particles.RegionChannel(particle, r, c);
            double scale = deviations[1 + controls + c] * effects[c];
            Span<double> row = local.AsSpan((1 + controls + c) * width, width);
            CopyScaled(sums[..n0], scale, row);
            // What experiments say counts by their own precision, outcomes by the noise's.
            double told = sums[particles.RegionLiftProductAt] - effects[c] * sums[particles.RegionLiftPrecisionAt];
            row[n0] = scale * (sums[n0 + channels] - Columns.Dot(sums.Slice(n0, channels), effects) + told / precision);
        }
    }

    // I + H'H/σ², the lower half.
    private void FillFactor(
        RegionHistory regions, int r, Span<double> particle, ReadOnlySpan<double> effects, double precision, Span<double> factor)
    {
        int media = 1 + controls;
        int width = n0 + 1;
        for (int l = 0; l < locals; l++)
        {
            for (int k = 0; k <= l; k++)
            {
                // Columns of the baseline stand in `local` already; between media the products are the particle's.
                double product = k < media
                    ? local[(l * width) + (k == 0 ? 0 : firstControl + k - 1)] * deviations[k]
                    : deviations[l] * deviations[k] * effects[l - media] * effects[k - media]
                        * particles.RegionChannel(particle, r, l - media)[n0 + k - media];
                factor[(l * locals) + k] = precision * product + (l == k ? 1 : 0);
            }

            if (l >= media)
            {
                double scale = deviations[l] * effects[l - media];
                factor[(l * locals) + l] += scale * scale * particles.RegionChannel(particle, r, l - media)[particles.RegionLiftPrecisionAt];
            }
        }
    }

    // Cholesky in place, L⁻¹ times the right side; returns half of ln of the determinant.
    private double Solve(Span<double> factor, ReadOnlySpan<double> given, Span<double> right, int width)
    {
        double half = 0;
        given.CopyTo(right);
        for (int i = 0; i < locals; i++)
        {
            Span<double> row = factor.Slice(i * locals, i + 1);
            Span<double> side = right.Slice(i * width, width);
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> above = factor.Slice(j * locals, j + 1);
                double sum = row[j];
                for (int k = 0; k < j; k++)
                {
                    sum -= row[k] * above[k];
                }

                row[j] = sum / above[j];
                Columns.AddScaled(-row[j], right.Slice(j * width, width), side);
            }

            double rest = row[i];
            for (int k = 0; k < i; k++)
            {
                rest -= row[k] * row[k];
            }

            row[i] = Math.Sqrt(Math.Max(rest, 1e-12));
            half += Math.Log(row[i]);
            double inverse = 1 / row[i];
            for (int k = 0; k < width; k++)
            {
                side[k] *= inverse;
            }
        }

        return half;
    }

    private static void CopyScaled(ReadOnlySpan<double> from, double scale, Span<double> into)
    {
        for (int i = 0; i < from.Length; i++)
        {
            into[i] = scale * from[i];
        }
    }
}
