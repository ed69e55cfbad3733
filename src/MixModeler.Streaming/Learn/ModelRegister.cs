using System.Collections.Immutable;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// The model versions that score now, one for each version of the topology that still runs somewhere in this process: partitions
/// switch at moments of their own. One writer (the tail of the models topic), any number of readers; a version never goes back,
/// and a document over inputs that no version has is refused.
/// </summary>
public sealed class ModelRegister
{
    // The one that runs, the one that comes, and those that a slow partition still holds.
    private const int LinesMax = 4;

    private readonly Lock gate = new();
    private readonly string topology;
    private Line[] lines;
    private ModelDocument? waiting;
    private long refused;

    /// <summary>Begins at the base rate; who names no plan can follow no change but by the names of features.</summary>
    public ModelRegister(string topology, string model, FeatureSchema schema, double baseRate)
    {
        this.topology = topology;
        ImmutableArray<KnownFeature> features = [.. schema.Features.Select(feature => new KnownFeature(feature.Name, feature.Kind, 0))];
        LearnedShape shape = new(model, LabelId.Unsaid, 0, features, []);
        lines = [new Line(null, schema, shape, LinearModel.OfBaseRate(baseRate, schema.InputCount))];
    }

    public ModelRegister(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        topology = plan.Name;
        lines = [LineOf(plan, null)];
    }

    private sealed class Line(string? version, FeatureSchema schema, LearnedShape shape, LinearModel first, bool isMapped = false)
    {
        private LinearModel current = first;

        public FeatureSchema Schema { get; } = schema;

        public LearnedShape Shape { get; } = shape;

        /// <summary>Nothing was published over its own inputs yet: it goes with the version that it came from.</summary>
        public bool IsMapped { get; set; } = isMapped;

        public LinearModel Current
        {
            get => Volatile.Read(ref current);
            set => Volatile.Write(ref current, value);
        }

        public bool Is(TopologyPlan plan) => version is null ? ReferenceEquals(Schema, plan.Schema) : version == plan.Version;

        public bool Fits(ModelDocument document) =>
            document.Inputs.AsSpan().SequenceEqual(Schema.InputNames.AsSpan()) && document.Weights.Length == Schema.InputCount
            && document.Model == Shape.Model && (document.LabelId is null || Shape.Label == LabelId.Unsaid || document.LabelId == LabelId.Text(Shape.Label));
    }

    /// <summary>What scores under the version of the topology that was asked for first, or last made the leading one.</summary>
    public LinearModel Current => Volatile.Read(ref lines)[0].Current;

    /// <summary>Documents that named other inputs than any version of the topology here has.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>
    /// What scores under this version. At the first call for a version the newest model of the others is taken over, weight by weight,
    /// and so is every newer one, until one is published over its own inputs. Cheap: ask before every batch.
    /// </summary>
    public LinearModel Of(TopologyPlan plan) => (Find(plan) ?? Open(plan)).Current;

    /// <summary>Makes <see cref="Current"/> that of this version.</summary>
    public void Lead(TopologyPlan plan)
    {
        Of(plan);
        lock (gate)
        {
            Volatile.Write(ref lines, [.. lines.OrderBy(line => line.Is(plan) ? 0 : 1)]);
        }
    }

    /// <summary>True if the document became what scores, under at least one version of the topology.</summary>
    public bool Offer(ModelDocument document)
    {
        if (document.Topology != topology)
        {
            return false;
        }

        lock (gate)
        {
            bool hasPlace = false;
            bool taken = false;
            foreach (Line line in lines.Where(line => line.Fits(document)))
            {
                hasPlace = true;
                taken |= Take(line, document);
                line.IsMapped = false;
            }

            Line? from = lines.FirstOrDefault(line => line.Fits(document));
            foreach (Line line in lines.Where(line => from is not null && line.IsMapped && line.Shape.LearnsTheSame(from.Shape)))
            {
                // Until it is learned over its own inputs, a version that comes scores with what the present one has learned so far.
                line.Current = ModelMapping.Map(from!.Current, from.Shape.Features, line.Shape.Features);
            }

            if (!hasPlace && lines.Any(line => line.Shape.Model == document.Model && document.Version > line.Current.Version))
            {
                // Of an older version of the topology, or of one that comes: that will ask for it.
                waiting = document;
                Interlocked.Increment(ref refused);
            }

            return taken;
        }
    }

    // An equal version with other weights was learned anew over the same examples, under other rates.
    private static bool Take(Line line, ModelDocument document)
    {
        LinearModel current = line.Current;
        bool isNewer = document.Version > current.Version
            || (document.Version == current.Version && (document.Bias != current.Bias || !document.Weights.SequenceEqual(current.Weights)));
        if (isNewer)
        {
            line.Current = new LinearModel(document.Version, document.Bias, document.Weights);
        }

        return isNewer;
    }

    private Line? Find(TopologyPlan plan)
    {
        foreach (Line line in Volatile.Read(ref lines))
        {
            if (line.Is(plan))
            {
                return line;
            }
        }

        return null;
    }

    private Line Open(TopologyPlan plan)
    {
        lock (gate)
        {
            if (Find(plan) is Line opened)
            {
                return opened;
            }

            Line line = LineOf(plan, lines.OrderByDescending(each => each.Current.Version));
            if (waiting is { } document && line.Fits(document))
            {
                Take(line, document);
            }

            // The leading one stays; of the others the oldest goes.
            Volatile.Write(ref lines, [lines[0], line, .. lines.Skip(1).Take(LinesMax - 2)]);
            return line;
        }
    }

    private static Line LineOf(TopologyPlan plan, IEnumerable<Line>? others)
    {
        LearnedShape shape = plan.Model is null
            ? new LearnedShape("", LabelId.Unsaid, 0, LearnedShape.FeaturesOf(plan), [])
            : LearnedShape.Of(plan);
        Line? before = plan.Model is null ? null : others?.FirstOrDefault(other => other.Shape.Model.Length > 0 && other.Shape.LearnsTheSame(shape));
        LinearModel first = before is null
            ? LinearModel.OfBaseRate(plan.Model?.BaseRate ?? 0.5, plan.Schema.InputCount)
            : ModelMapping.Map(before.Current, before.Shape.Features, shape.Features);
        return new Line(plan.Version, plan.Schema, shape, first, isMapped: before is not null);
    }
}
