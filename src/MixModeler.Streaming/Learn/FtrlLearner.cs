// Hot path, once per example. Budget: 0 B, 2 µs at 20 numeric and 6 hashed inputs. Measured by LearnerBench.
using System.Diagnostics.CodeAnalysis;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Online logistic regression by FTRL-Proximal with per-coordinate rates (McMahan et al., KDD 2013, algorithm 1), over dense
/// numeric inputs, whose scaling it learns as it goes, and categorical inputs given as hashes.
/// </summary>
/// <remarks>
/// The state is a function of the sequence of examples alone. Owned by one thread. Memory is fixed at construction.
/// </remarks>
public sealed class FtrlLearner
{
    private const byte Format = 1;

    private readonly FtrlRates rates;
    private readonly InputScaling scaling;
    private readonly DenseWeights dense;
    private readonly HashedWeights hashedWeights;
    private FtrlCoordinate bias;

    // Log-odds before the first example. Saved, so that editing the declared base rate leaves what was learned alone.
    private double start;

    /// <param name="options">Rates of the learner.</param>
    /// <param name="inputCount">Numeric inputs of every example.</param>
    /// <param name="hashBits">The table of categorical weights has 2^bits entries; 0 = no categorical inputs.</param>
    /// <param name="baseRate">What is predicted before the first example.</param>
    public FtrlLearner(LearnerOptions options, int inputCount, int hashBits = 0, double baseRate = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Alpha);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Beta);
        ArgumentOutOfRangeException.ThrowIfNegative(options.L1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.L2);
        ArgumentOutOfRangeException.ThrowIfNegative(inputCount);
        ArgumentOutOfRangeException.ThrowIfNegative(hashBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashBits, 26);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(baseRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(baseRate, 1);
        rates = new FtrlRates(options);
        InputCount = inputCount;
        scaling = new InputScaling(inputCount);
        dense = new DenseWeights(scaling.VectorCount, in rates);
        hashedWeights = new HashedWeights(hashBits, in rates);
        start = LinearModel.OfBaseRate(baseRate, 0).Bias;
    }

    public int InputCount { get; }

    /// <summary>Examples learned since the first.</summary>
    public long Examples { get; private set; }

    /// <summary>P(label); changes nothing.</summary>
    /// <param name="inputs">Every numeric input; each must be a finite number.</param>
    /// <param name="hashed">Hashes of the categorical inputs that are present.</param>
    public double Predict(ReadOnlySpan<double> inputs, ReadOnlySpan<uint> hashed)
    {
        if (!hashed.IsEmpty && hashedWeights.Bits == 0)
        {
            ThrowNoTable();
        }

        scaling.Take(inputs);
        return LinearModel.Sigmoid(start + bias.Weight(in rates) + dense.Dot(scaling.Standardised) + hashedWeights.Sum(hashed));
    }

    public void Learn(ReadOnlySpan<double> inputs, ReadOnlySpan<uint> hashed, bool label) => PredictThenLearn(inputs, hashed, label);

    /// <summary>Answers what <see cref="Predict"/> would have, then learns: for the cost of learning alone.</summary>
    public double PredictThenLearn(ReadOnlySpan<double> inputs, ReadOnlySpan<uint> hashed, bool label)
    {
        double predicted = Predict(inputs, hashed);
        double error = predicted - (label ? 1 : 0);
        bias.Learn(error, in rates);
        dense.Learn(scaling.Standardised, error);
        hashedWeights.Learn(hashed, error);
        scaling.Observe(++Examples);
        return predicted;
    }

    /// <summary>The model as everybody else evaluates it, the scaling folded into its weights; its version is the number of examples.</summary>
    /// <exception cref="InvalidOperationException">There are categorical inputs, which a <see cref="LinearModel"/> has no place for.</exception>
    public LinearModel Export()
    {
        if (hashedWeights.Bits != 0)
        {
            throw new InvalidOperationException("a learner with categorical inputs does not fit a linear model over numeric ones");
        }

        double[] weights = new double[InputCount];
        double moved = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = dense[i] * scaling.Inverse(i);
            moved += weights[i] * scaling.Mean(i);
        }

        return new LinearModel(Examples, start + bias.Weight(in rates) - moved, weights);
    }

    public void Save(PackedWriter writer)
    {
        writer.Byte(Format);
        writer.VarUInt((ulong)InputCount);
        writer.Byte((byte)hashedWeights.Bits);
        writer.VarUInt((ulong)Examples);
        writer.Double(start);
        writer.Double(bias.Z);
        writer.Double(bias.N);
        for (int i = 0; i < InputCount; i++)
        {
            dense.Save(writer, i);
            scaling.Save(writer, i);
        }

        hashedWeights.Save(writer);
    }

    /// <param name="reader">At what <see cref="Save"/> wrote.</param>
    /// <param name="origins">For each input here the saved one that it was, or -1 for one that begins now; null where all are the same.</param>
    /// <exception cref="InvalidDataException">The bytes are those of a learner with other inputs, or damaged.</exception>
    public void Load(ref PackedReader reader, IReadOnlyList<int>? origins = null)
    {
        byte format = reader.Byte();
        ulong inputs = reader.VarUInt();
        byte bits = reader.Byte();
        bool fits = origins is null ? inputs == (ulong)InputCount : origins.Count == InputCount && inputs < int.MaxValue;
        if (format != Format || !fits || bits != hashedWeights.Bits)
        {
            throw new InvalidDataException($"learner record: format {format} with {inputs} inputs and {bits} hash bits, expected {Format}, {InputCount} and {hashedWeights.Bits}");
        }

        Examples = (long)reader.VarUInt();
        start = reader.Double();
        bias.Z = reader.Double();
        bias.N = reader.Double();
        int[] places = PlacesOf(origins, (int)inputs);
        foreach (int place in places)
        {
            if (place < 0)
            {
                Skip(ref reader);
                continue;
            }

            dense.Load(ref reader, place);
            scaling.Load(ref reader, place);
        }

        scaling.Loaded(Examples);
        hashedWeights.Load(ref reader);
    }

    private int[] PlacesOf(IReadOnlyList<int>? origins, int saved)
    {
        int[] places = new int[saved];
        Array.Fill(places, -1);
        for (int i = 0; i < InputCount; i++)
        {
            int origin = origins is null ? i : origins[i];
            if (origin >= saved)
            {
                throw new InvalidDataException($"learner record: {saved} inputs, where at least {origin + 1} were expected");
            }

            if (origin >= 0)
            {
                places[origin] = i;
            }
        }

        return places;
    }

    // An input's weight and scaling, as Save writes them.
    private static void Skip(ref PackedReader reader)
    {
        for (int i = 0; i < 5; i++)
        {
            reader.Double();
        }
    }

    [DoesNotReturn]
    private static void ThrowNoTable() => throw new ArgumentException("categorical inputs were given to a learner without a table for them");
}
