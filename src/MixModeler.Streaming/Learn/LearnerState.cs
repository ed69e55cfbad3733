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
}

/// <summary>
/// Everything that learning changes, as one record: weights, scaling, newest origins, metrics, counts. A function of the
/// records applied and their order, of nothing else. Owned by one thread.
/// </summary>
/// <remarks>
/// <code>
/// record  format | input names | version | counts | newest origins | learner | metrics | recent values | CRC-32C of all before
/// </code>
/// </remarks>
internal sealed class LearnerState
{
    public const int RecentMax = 3;
    private const byte Format = 1;

    private readonly FeatureSchema schema;
    private readonly TrainingExampleReader reader;
    private readonly double[] values;
    private readonly double[] inputs;
    private readonly PackedWriter section = new(4_096);
    private readonly SortedDictionary<int, Origin> newest = [];
    private readonly double[][] recent = new double[RecentMax][];

    // Examples that earlier learners, over other inputs, learned: the version never goes back.
    private long examplesBefore;

    public LearnerState(FeatureSchema schema, ModelPlan model)
    {
        this.schema = schema;
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

    /// <summary>Examples learned since the first, whatever the inputs were.</summary>
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
        writer.VarUInt((ulong)schema.InputCount);
        foreach (string name in schema.InputNames)
        {
            writer.Bytes(Encoding.UTF8.GetBytes(name));
        }

        writer.VarUInt((ulong)Version);
        writer.VarUInt((ulong)Counts.Replayed);
        writer.VarUInt((ulong)Counts.Refused);
        writer.VarUInt((ulong)Counts.FeaturesMissing);
        writer.VarUInt((ulong)Counts.FeaturesUnknown);
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
    /// Takes over a saved record. Weights of other inputs mean nothing here: then the learner starts afresh, the origins and
    /// the counts stay, and the answer says so; null when everything was taken over.
    /// </summary>
    /// <exception cref="InvalidDataException">The record is damaged or of an unknown format.</exception>
    public string? Load(ReadOnlySpan<byte> record)
    {
        PackedReader packed = Open(record, out List<string> names);
        long version = (long)packed.VarUInt();
        Counts = new ExampleCounts((long)packed.VarUInt(), (long)packed.VarUInt(), (long)packed.VarUInt(), (long)packed.VarUInt());
        int origins = packed.Count(3);
        for (int i = 0; i < origins; i++)
        {
            Origin origin = new((int)packed.VarUInt(), (long)packed.VarUInt(), (int)packed.VarUInt());
            newest[origin.Partition] = origin;
        }

        if (!schema.InputNames.SequenceEqual(names))
        {
            examplesBefore = version;
            return $"the stored learner has the inputs {string.Join(", ", names)}; this topology has {string.Join(", ", schema.InputNames)}: learning starts afresh after {version} examples";
        }

        PackedReader learner = new(packed.Bytes());
        Learner.Load(ref learner);
        PackedReader metrics = new(packed.Bytes());
        Metrics.Load(ref metrics);
        examplesBefore = version - Learner.Examples;
        for (int i = 0; i < Math.Min(Learner.Examples, RecentMax); i++)
        {
            for (int feature = 0; feature < values.Length; feature++)
            {
                recent[i][feature] = packed.Double();
            }
        }

        return null;
    }

    /// <summary>Checks the record and reads up to the version.</summary>
    internal static PackedReader Open(ReadOnlySpan<byte> record, out List<string> names)
    {
        if (record.Length < 5 || new PackedReader(record[^4..]).UInt32() != Crc32C.Of(record[..^4]))
        {
            throw new InvalidDataException("learner record: the checksum does not fit the bytes");
        }

        PackedReader packed = new(record[..^4]);
        byte format = packed.Byte();
        if (format != Format)
        {
            throw new InvalidDataException($"learner record: format {format}, expected {Format}");
        }

        names = [];
        int count = packed.Count(1);
        for (int i = 0; i < count; i++)
        {
            names.Add(Encoding.UTF8.GetString(packed.Bytes()));
        }

        return packed;
    }
}

/// <summary>Records of the training topic that were not learned, and features that did not fit.</summary>
/// <param name="Replayed">Recognised by origin as written again.</param>
/// <param name="Refused">Sent to the dead letters.</param>
/// <param name="FeaturesMissing">Values that the learned examples lacked.</param>
/// <param name="FeaturesUnknown">Values that the learned examples had beyond the schema.</param>
public readonly record struct ExampleCounts(long Replayed, long Refused, long FeaturesMissing, long FeaturesUnknown);
