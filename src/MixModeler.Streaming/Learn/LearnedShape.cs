using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>A feature as whoever learned from it knew it; identity 0 = known by name alone.</summary>
internal readonly record struct KnownFeature(string Name, FeatureKind Kind, ulong Identity);

/// <summary>A name under which examples written by earlier versions carry a feature.</summary>
internal readonly record struct FormerName(string Name, int Feature);

/// <summary>
/// Over what a learner learned. It stands in the learner's record, so that the record can be taken into another version without
/// the plan that wrote it.
/// </summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Label">Of <see cref="LabelId"/>.</param>
/// <param name="Rates">A hash of the options that decide what is learned from an example; 0 = not known.</param>
/// <param name="Features">In the order of the inputs.</param>
/// <param name="FormerNames">Newest last.</param>
internal sealed record LearnedShape(
    string Model, uint Label, ulong Rates, ImmutableArray<KnownFeature> Features, ImmutableArray<FormerName> FormerNames)
{
    // Beyond this many renames the log holds no examples of the oldest any more.
    private const int FormerNamesMax = 256;

    public static LearnedShape Of(TopologyPlan plan)
    {
        ModelPlan model = plan.Model ?? throw new ArgumentException($"topology {plan.Name} has no model to learn");
        LearnerOptions options = model.Learner;
        string[] rates = [.. new[] { options.Alpha, options.Beta, options.L1, options.L2 }.Select(rate => rate.ToString("R", CultureInfo.InvariantCulture))];
        return new LearnedShape(model.Name, LabelId.Of(plan), OperatorIdentity.Of(["learner", .. rates]), FeaturesOf(plan), []);
    }

    public static ImmutableArray<KnownFeature> FeaturesOf(TopologyPlan plan) =>
    [
        .. plan.Schema.Features.Select((feature, i) => new KnownFeature(feature.Name, feature.Kind, OperatorIdentity.OfFeature(plan, i))),
    ];

    /// <summary>The same, but for names that only earlier versions used.</summary>
    public bool Fits(LearnedShape other) => LearnsTheSame(other) && Rates == other.Rates && Features.SequenceEqual(other.Features);

    /// <summary>What one learned is worth something to the other.</summary>
    public bool LearnsTheSame(LearnedShape other) =>
        (Model.Length == 0 || other.Model.Length == 0 || Model == other.Model)
        && (Label == LabelId.Unsaid || other.Label == LabelId.Unsaid || Label == other.Label);

    /// <summary>
    /// For each feature of <paramref name="to"/> the one of <paramref name="from"/> that it was, or -1: by identity, and where that
    /// finds nothing by name, because a weight learned under the old definition is a better beginning than none.
    /// </summary>
    public static int[] Map(ImmutableArray<KnownFeature> from, ImmutableArray<KnownFeature> to)
    {
        int[] map = [.. to.Select(_ => -1)];
        bool[] used = new bool[from.Length];
        Match((was, now) => was.Identity != 0 && was.Identity == now.Identity && was.Kind == now.Kind);
        Match((was, now) => was.Name == now.Name && (was.Identity == 0 ? InputsOf(was) == InputsOf(now) : was.Kind == now.Kind));
        return map;

        void Match(Func<KnownFeature, KnownFeature, bool> isSame)
        {
            for (int i = 0; i < to.Length; i++)
            {
                int found = map[i] >= 0 ? -1 : Enumerable.Range(0, from.Length).FirstOrDefault(j => !used[j] && isSame(from[j], to[i]), -1);
                if (found >= 0)
                {
                    map[i] = found;
                    used[found] = true;
                }
            }
        }
    }

    /// <summary>For each model input over <paramref name="to"/> the one over <paramref name="from"/>, or -1.</summary>
    public static int[] MapInputs(ImmutableArray<KnownFeature> from, ImmutableArray<KnownFeature> to)
    {
        int[] features = Map(from, to);
        int[] starts = new int[from.Length];
        for (int j = 1; j < starts.Length; j++)
        {
            starts[j] = starts[j - 1] + InputsOf(from[j - 1]);
        }

        List<int> inputs = [];
        for (int i = 0; i < to.Length; i++)
        {
            for (int k = 0; k < InputsOf(to[i]); k++)
            {
                inputs.Add(features[i] < 0 ? -1 : starts[features[i]] + k);
            }
        }

        return [.. inputs];
    }

    /// <summary>This shape with the names that features bore in an earlier one, and in those before it.</summary>
    public LearnedShape After(LearnedShape before)
    {
        int[] map = Map(before.Features, Features);
        HashSet<string> names = [.. Features.Select(feature => feature.Name)];
        List<FormerName> former = [];
        for (int i = 0; i < map.Length; i++)
        {
            foreach (FormerName older in before.FormerNames.Where(each => each.Feature == map[i]))
            {
                former.Add(older with { Feature = i });
            }

            if (map[i] >= 0)
            {
                former.Add(new FormerName(before.Features[map[i]].Name, i));
            }
        }

        // A name that is in use means what it means now.
        return this with { FormerNames = [.. former.Where(each => !names.Contains(each.Name)).DistinctBy(each => each.Name).TakeLast(FormerNamesMax)] };
    }

    public void Pack(PackedWriter writer)
    {
        writer.Bytes(Encoding.UTF8.GetBytes(Model));
        writer.UInt32(Label);
        writer.UInt64(Rates);
        writer.VarUInt((ulong)Features.Length);
        foreach (KnownFeature feature in Features)
        {
            writer.Bytes(Encoding.UTF8.GetBytes(feature.Name));
            writer.Byte((byte)feature.Kind);
            writer.UInt64(feature.Identity);
        }

        writer.VarUInt((ulong)FormerNames.Length);
        foreach (FormerName former in FormerNames)
        {
            writer.Bytes(Encoding.UTF8.GetBytes(former.Name));
            writer.VarUInt((ulong)former.Feature);
        }
    }

    public static LearnedShape Unpack(ref PackedReader reader)
    {
        string model = Encoding.UTF8.GetString(reader.Bytes());
        uint label = reader.UInt32();
        ulong rates = reader.UInt64();
        KnownFeature[] features = new KnownFeature[reader.Count(10)];
        for (int i = 0; i < features.Length; i++)
        {
            features[i] = new KnownFeature(Encoding.UTF8.GetString(reader.Bytes()), (FeatureKind)reader.Byte(), reader.UInt64());
        }

        FormerName[] former = new FormerName[reader.Count(2)];
        for (int i = 0; i < former.Length; i++)
        {
            former[i] = new FormerName(Encoding.UTF8.GetString(reader.Bytes()), (int)reader.VarUInt());
        }

        return new LearnedShape(model, label, rates, [.. features], [.. former]);
    }

    /// <summary>The shape of a record that told the names of its inputs and nothing else: each feature ends in its logarithm.</summary>
    public static LearnedShape OfInputNames(IReadOnlyList<string> inputs)
    {
        const string Known = ".known";
        const string Log = ".log1p";
        List<KnownFeature> features = [];
        for (int i = 0; i < inputs.Count; i++)
        {
            bool isPair = inputs[i].EndsWith(Known, StringComparison.Ordinal);
            if (isPair && ++i == inputs.Count || !inputs[i].EndsWith(Log, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"learner record: '{inputs[Math.Min(i, inputs.Count - 1)]}' is no input of a feature");
            }

            // A count and a decayed sum look alike from here; both read 0 where nothing happened.
            features.Add(new KnownFeature(inputs[i][..^Log.Length], isPair ? FeatureKind.MinutesSince : FeatureKind.Count, 0));
        }

        return new LearnedShape("", LabelId.Unsaid, 0, [.. features], []);
    }

    private static int InputsOf(KnownFeature feature) => feature.Kind == FeatureKind.MinutesSince ? 2 : 1;
}
