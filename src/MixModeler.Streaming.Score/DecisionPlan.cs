using System.Collections.Immutable;
using System.Text;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Score;

// Decision path: Choose runs once per decision. Budget: 0 B. Measured by `bench edge`.

/// <summary>
/// The rules of a topology, compiled: names are checked and resolved to positions once, and the first rule that holds wins.
/// Immutable, so any number of threads may decide with it.
/// </summary>
public sealed class DecisionPlan
{
    /// <summary>Names the outcome when no rule held.</summary>
    public const string OtherwiseRule = "otherwise";

    /// <summary>Names the outcome for a visitor of whom nothing is known.</summary>
    public const string UnknownRule = "unknown";

    private readonly Scope[] scopes;

    private DecisionPlan(DecisionDocument document, FeatureSchema schema, Scope[] scopes)
    {
        Document = document;
        Schema = schema;
        this.scopes = scopes;
        ReadsEventClock = document.Clock == "event";
    }

    public DecisionDocument Document { get; }

    public FeatureSchema Schema { get; }

    /// <summary>Features are read at the newest event time seen rather than at the wall clock's time.</summary>
    public bool ReadsEventClock { get; }

    public int ScopeCount => scopes.Length;

    /// <exception cref="DecisionPlanException">Names every problem of the document.</exception>
    public static DecisionPlan Compile(DecisionDocument document)
    {
        FeatureSchema schema = new(document.Features);
        DecisionCompiler compiler = new(document, schema);
        Scope[] scopes = compiler.Compile();
        return compiler.Problems.Count == 0
            ? new DecisionPlan(document, schema, scopes)
            : throw new DecisionPlanException(compiler.Problems);
    }

    /// <summary>The position of a scope by its UTF-8 name, or -1.</summary>
    public int IndexOf(ReadOnlySpan<byte> scope)
    {
        for (int i = 0; i < scopes.Length; i++)
        {
            if (scopes[i].Name.AsSpan().SequenceEqual(scope))
            {
                return i;
            }
        }

        return -1;
    }

    public Outcome Unknown(int scope) => scopes[scope].Unknown;

    /// <param name="scope">From <see cref="IndexOf"/>.</param>
    /// <param name="values">Of the features, NaN = never, as <see cref="FeatureSchema.ReadValues"/> gives them.</param>
    /// <param name="score">P(label), 0 to 1.</param>
    /// <param name="attributes">Of the request.</param>
    public Outcome Choose(int scope, ReadOnlySpan<double> values, double score, RequestAttributes attributes)
    {
        Scope at = scopes[scope];
        ReadOnlySpan<CelValue> facts = at.AsksForAudiences ? AudienceRule.Facts(values, score) : [];
        foreach (Rule rule in at.Rules)
        {
            if (rule.Holds(values, score, attributes, facts))
            {
                return rule.Outcome;
            }
        }

        return at.Otherwise;
    }

    internal sealed record Scope(ImmutableArray<byte> Name, Rule[] Rules, Outcome Otherwise, Outcome Unknown)
    {
        public bool AsksForAudiences { get; } = Array.Exists(Rules, rule => rule.Audiences.Length > 0);
    }

    internal sealed record Rule(Outcome Outcome, double From, double Below, FeatureBound[] Features, AttributeSet[] Attributes, AudienceRule[] Audiences)
    {
        public bool Holds(ReadOnlySpan<double> values, double score, RequestAttributes attributes, ReadOnlySpan<CelValue> facts)
        {
            if (!(score >= From && score < Below))
            {
                return false;
            }

            foreach (ref readonly FeatureBound bound in Features.AsSpan())
            {
                // Comparing with NaN is false, so an unknown feature fulfils no condition.
                double value = values[bound.Feature];
                if (!(value >= bound.AtLeast && value <= bound.AtMost))
                {
                    return false;
                }
            }

            foreach (AttributeSet set in Attributes)
            {
                if (!attributes.TryGet(set.Name, out ReadOnlySpan<byte> value) || !set.Contains(value))
                {
                    return false;
                }
            }

            return Audiences.Length == 0 || IsInOne(facts);
        }

        private bool IsInOne(ReadOnlySpan<CelValue> facts)
        {
            foreach (AudienceRule audience in Audiences)
            {
                if (audience.Holds(facts))
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal readonly record struct FeatureBound(int Feature, double AtLeast, double AtMost);

    internal sealed class AttributeSet(AttributeCondition condition)
    {
        private readonly byte[] name = Encoding.UTF8.GetBytes(condition.Name);
        private readonly byte[][] anyOf = [.. condition.AnyOf.Select(Encoding.UTF8.GetBytes)];

        public ReadOnlySpan<byte> Name => name;

        public bool Contains(ReadOnlySpan<byte> value)
        {
            foreach (byte[] one in anyOf)
            {
                if (value.SequenceEqual(one))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
