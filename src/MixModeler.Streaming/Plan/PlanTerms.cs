using System.Globalization;
using MixModeler.Streaming.Plan.Curves;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Plan;

/// <summary>The terms of a topology's plans: what is wanted, before anything is known of the responses.</summary>
public static class PlanTerms
{
    private const string File = "terms";

    /// <summary>The same topology where the terms of its plans can be read, else what is wrong with them, each with its place.</summary>
    public static TopologyResult Check(TopologyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Plan is not { Plans.IsEmpty: false } topology)
        {
            return result;
        }

        ProblemList problems = new(topology.Plans[0].Terms.Place.File);
        foreach (PlanDeclaration plan in topology.Plans)
        {
            BudgetProblemReader.ReadTerms(plan.Terms, problems, Guess(topology.Mixes.First(mix => mix.Name == plan.Mix).Spec));
        }

        return problems.IsEmpty ? result : new TopologyResult(null, problems.InOrder());
    }

    /// <summary>The problem that a plan's terms make with a response.</summary>
    /// <param name="plan">Of the topology.</param>
    /// <param name="response">Of its mix.</param>
    /// <param name="problem">A sentence where there is none.</param>
    public static BudgetProblem? Read(PlanDeclaration plan, PlanResponse response, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ProblemList problems = new(File);
        BudgetProblem? read = BudgetProblemReader.ReadTerms(plan.Terms, problems, response);
        problem = read is null ? string.Join("; ", problems.InOrder().Select(each => each.Message)) : null;
        return read is null ? null : read with { Name = plan.Name };
    }

    /// <summary>The first day of a plan; null where its flights have no dates.</summary>
    public static DateOnly? StartOf(PlanDeclaration plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Terms["periods"]?.Items.FirstOrDefault() is { Kind: YamlKind.Map } first
            && DateOnly.TryParseExact(first["start"]?.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly start)
            ? start
            : null;
    }

    // What is asked of channels can be read without knowing what they bring.
    private static PlanResponse Guess(MixSpec spec)
    {
        string[] channels = [.. spec.Channels.Select(channel => channel.Name)];
        IResponseCurve[] curves = [.. channels.Select(IResponseCurve (_) => new PowerCurve(1, 0.5))];
        return new PlanResponse
        {
            Channels = channels,
            Conversion = new PlanConversion(spec.Target, 1, 1, curves, [curves, curves], 0),
            Adstock = [.. channels.Select(_ => (double[])[1])],
            Volumes = [.. channels.Select(_ => Array.Empty<double>())],
            Costs = [.. channels.Select(_ => 1.0)],
            WeeklySpend = [.. channels.Select(_ => 1.0)],
        };
    }
}
