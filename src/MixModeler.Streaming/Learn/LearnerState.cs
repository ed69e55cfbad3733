using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>What became of a record of the training topic.</summary>
internal enum ExampleOutcome
{
    Learned,

    /// <summary>Its origin is not newer than the newest of its source partition: a producer wrote it again.</summary>
    Replayed,

    Refused,

    /// <summary>It was settled for another label than this learner foretells.</summary>
    OtherLabel,
}

/// <summary>
/// Everything that learning changes, as one record: weights, scaling, newest origins, metrics, counts. A function of the
/// records applied and their order, and of where among them the topology changed, of nothing else. Owned by one thread.
/// </summary>
/// <remarks>
/// <code>
/// record  format=2 | shape | version | counts | newest origins | learner | metrics | recent values | CRC-32C of all before
/// shape   what it was learned over (LearnedShape); format 1 had only the names of the inputs, and one count fewer
/// </code>
/// </remarks>
internal sealed class LearnerState
{
    public const int RecentMax = 3;
    private const byte Format = 2;
    private const byte FormatOfNames = 1;

    private readonly FeatureSchema schema;
    private readonly uint label;
    private readonly double[] values;
    private readonly double[] inputs;
    private readonly PackedWriter section = new(4_096);
    private readonly SortedDictionary<int, Origin> newest = [];
    private readonly double[][] recent = new double[RecentMax][];
    private LearnedShape shape;
    private TrainingExampleReader reader;

    // Examples that earlier learners, over another label, learned: the version never goes back.
    private long examplesBefore;

    public LearnerState(TopologyPlan plan)
    {
        ModelPlan model = plan.Model ?? throw new ArgumentException($"topology {plan.Name} has no model to learn");
        schema = plan.Schema;
        shape = LearnedShape.Of(plan);
        label = shape.Label;
        reader = new TrainingExampleReader(schema);
        values = new double[schema.Features.Length];
        inputs = new double[schema.InputCount];
        Learner = new FtrlLearner(model.Learner, schema.InputCount, baseRate: model.BaseRate);
        Metrics = new PrequentialMetrics(model.Learner.WindowExamples);
        for (int i = 0; i < RecentMax; i++)
        {
            recent[i] = new double[values.Length];
        }
    }

    public FtrlLearner Learner { get; }

    public PrequentialMetrics Metrics { get; }

    public LearnedShape Shape => shape;

    /// <summary>Examples learned since the first, whatever the label was.</summary>
    public long Version => examplesBefore + Learner.Examples;

    public ExampleCounts Counts { get; private set; }

    /// <summary>Predicts, counts the error, learns; or says why not.</summary>
    public ExampleOutcome Apply(ReadOnlySpan<byte> json, out ExampleRefusal refusal)
    {
        if (!reader.TryRead(json, values, out TrainingExample example, out refusal))
        {
            Counts = Counts with { Refused = Counts.Refused + 1 };
            return ExampleOutcome.Refused;
        }

        if (newest.TryGetValue(example.Origin.Partition, out Origin last) && example.Origin <= last)
        {
            Counts = Counts with { Replayed = Counts.Replayed + 1 };
            return ExampleOutcome.Replayed;
        }

        newest[example.Origin.Partition] = example.Origin;
        if (example.LabelId != LabelId.Unsaid && example.LabelId != label)
        {
            Counts = Counts with { OtherLabel = Counts.OtherLabel + 1 };
            return ExampleOutcome.OtherLabel;
        }

        values.CopyTo(recent[Learner.Examples % RecentMax], 0);
        schema.WriteInputs(values, inputs);
        Metrics.Add(Learner.PredictThenLearn(inputs, [], example.Label), example.Label);
        Counts = Counts with
        {
            FeaturesMissing = Counts.FeaturesMissing + example.FeaturesMissing,
            FeaturesUnknown = Counts.FeaturesUnknown + example.FeaturesUnknown,
        };
        return ExampleOutcome.Learned;
    }

    /// <summary>The newest examples' values, newest first, with the scores that the model gives them.</summary>
    public GoldenScore[] Golden(LinearModel model)
    {
        GoldenScore[] golden = new GoldenScore[Math.Min(Learner.Examples, RecentMax)];
        for (int i = 0; i < golden.Length; i++)
        {
            double[] example = recent[(Learner.Examples - 1 - i) % RecentMax];
            schema.WriteInputs(example, inputs);
            golden[i] = new GoldenScore
            {
                Values = [.. example.Select(value => double.IsNaN(value) ? (double?)null : value)],
                Score = model.Predict(inputs),
            };
        }

        return golden;
    }

    public void Save(PackedWriter writer)
    {
        writer.Clear();
        writer.Byte(Format);
        shape.Pack(writer);
        writer.VarUInt((ulong)Version);
        writer.VarUInt((ulong)Counts.Replayed);
        writer.VarUInt((ulong)Counts.Refused);
        writer.VarUInt((ulong)Counts.FeaturesMissing);
        writer.VarUInt((ulong)Counts.FeaturesUnknown);
        writer.VarUInt((ulong)Counts.OtherLabel);
        writer.VarUInt((ulong)newest.Count);
        foreach (Origin origin in newest.Values)
        {
            writer.VarUInt((ulong)origin.Partition);
            writer.VarUInt((ulong)origin.Offset);
            writer.VarUInt((ulong)origin.Ordinal);
        }

        section.Clear();
        Learner.Save(section);
        writer.Bytes(section.Written);
        section.Clear();
        Metrics.Save(section);
        writer.Bytes(section.Written);
        for (int i = 0; i < Math.Min(Learner.Examples, RecentMax); i++)
        {
            foreach (double value in recent[i])
            {
                writer.Double(value);
            }
        }

        writer.UInt32(Crc32C.Of(writer.Written));
    }

    /// <summary>
    /// Takes over a saved record, also one over other features: weights follow their features, new ones begin at zero as if their
    /// inputs had been zero so far. Only a record for another label or model is worth nothing here; then learning starts afresh and the
    /// answer says so. Origins, counts and version go on in any case.
    /// </summary>
    /// <exception cref="InvalidDataException">The record is damaged or of an unknown format.</exception>
    public string? Load(ReadOnlySpan<byte> record)
    {
        PackedReader packed = Open(record, out LearnedShape before, out bool countsLabels);
        long version = (long)packed.VarUInt();
        Counts = new ExampleCounts(
            (long)packed.VarUInt(), (long)packed.VarUInt(), (long)packed.VarUInt(), (long)packed.VarUInt(), countsLabels ? (long)packed.VarUInt() : 0);
        int origins = packed.Count(3);
        for (int i = 0; i < origins; i++)
        {
            Origin origin = new((int)packed.VarUInt(), (long)packed.VarUInt(), (int)packed.VarUInt());
            newest[origin.Partition] = origin;
        }

        bool learnsTheSame = shape.LearnsTheSame(before);
        shape = shape.After(before);
        reader = new TrainingExampleReader(schema, shape.FormerNames);
        if (!learnsTheSame)
        {
            examplesBefore = version;
            return $"the stored learner is that of model '{before.Model}' for another label or other visitors: learning starts afresh after {version} examples";
        }

        PackedReader learner = new(packed.Bytes());
        Learner.Load(ref learner, LearnedShape.MapInputs(before.Features, shape.Features));
        PackedReader metrics = new(packed.Bytes());
        Metrics.Load(ref metrics);
        examplesBefore = version - Learner.Examples;
        LoadRecent(ref packed, before);
        return null;
    }

    /// <summary>
    /// The same for another version of the topology. It goes by way of the record, so that a switch and a restart after it come
    /// to the same.
    /// </summary>
    /// <param name="plan">The version.</param>
    /// <param name="afresh">Why nothing of the weights was taken over; null where they were.</param>
    public LearnerState For(TopologyPlan plan, out string? afresh)
    {
        PackedWriter record = new(64 * 1_024);
        Save(record);
        LearnerState next = new(plan);
        afresh = next.Load(record.Written);
        return next;
    }

    /// <summary>An empty learner over the same log, that knows features by all the names that this one knows.</summary>
    public LearnerState EmptyFor(TopologyPlan plan)
    {
        LearnerState next = new(plan);
        next.shape = next.shape.After(shape);
        next.reader = new TrainingExampleReader(next.schema, next.shape.FormerNames);
        return next;
    }

    /// <summary>Counts versions on from another learner's, which this one takes over from.</summary>
    public void ContinueFrom(LearnerState other) => examplesBefore = Math.Max(0, other.Version - Learner.Examples);

    /// <summary>Checks the record and reads up to the version.</summary>
    internal static PackedReader Open(ReadOnlySpan<byte> record, out LearnedShape shape, out bool countsLabels)
    {
        if (record.Length < 5 || new PackedReader(record[^4..]).UInt32() != Crc32C.Of(record[..^4]))
        {
            throw new InvalidDataException("learner record: the checksum does not fit the bytes");
        }

        PackedReader packed = new(record[..^4]);
        byte format = packed.Byte();
        countsLabels = format == Format;
        switch (format)
        {
            case Format:
                shape = LearnedShape.Unpack(ref packed);
                return packed;
            case FormatOfNames:
                string[] names = new string[packed.Count(1)];
                for (int i = 0; i < names.Length; i++)
                {
                    names[i] = Encoding.UTF8.GetString(packed.Bytes());
                }

                shape = LearnedShape.OfInputNames(names);
                return packed;
            default:
                throw new InvalidDataException($"learner record: format {format}, expected {Format}");
        }
    }

    private void LoadRecent(ref PackedReader packed, LearnedShape before)
    {
        int[] map = LearnedShape.Map(before.Features, shape.Features);
        double[] stored = new double[before.Features.Length];
        for (int i = 0; i < Math.Min(Learner.Examples, RecentMax); i++)
        {
            for (int feature = 0; feature < stored.Length; feature++)
            {
                stored[feature] = packed.Double();
            }

            for (int feature = 0; feature < map.Length; feature++)
            {
                double never = shape.Features[feature].Kind == FeatureKind.MinutesSince ? double.NaN : 0;
                recent[i][feature] = map[feature] < 0 ? never : stored[map[feature]];
            }
        }
    }
}

/// <summary>Records of the training topic that were not learned, and features that did not fit.</summary>
/// <param name="Replayed">Recognised by origin as written again.</param>
/// <param name="Refused">Sent to the dead letters.</param>
/// <param name="FeaturesMissing">Values that the learned examples lacked.</param>
/// <param name="FeaturesUnknown">Values that the learned examples had beyond the schema.</param>
/// <param name="OtherLabel">Settled for another label, under an earlier or a later version of the topology.</param>
public readonly record struct ExampleCounts(long Replayed, long Refused, long FeaturesMissing, long FeaturesUnknown, long OtherLabel = 0);
