using System.Globalization;
using MixModeler.Streaming.Cli.Harmonize;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Solve;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>A plan for people.</summary>
internal static class PlanText
{
    public static void Print(PlanResult plan)
    {
        Console.WriteLine($"{plan.Name}: {PlanComparison.DateRange(plan)}");
        ConsoleTable.Print(
            ["channel", "spend", "today", "response", "conversions", "ROI", "CPA", "next unit brings", "break-even at", "as good from", "to"],
            plan.ByChannel.Select(channel => new[]
            {
                channel.Name, Number(channel.Spend), Number(channel.CurrentSpend), Number(channel.Revenue), Number(channel.Conversions), Number(channel.Roi),
                Number(channel.Cpa), Number(channel.MarginalReturn), Number(channel.BreakEven), Number(channel.Band?[0]), Number(channel.Band?[1]),
            }),
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        if (plan.Periods.Length > 1)
        {
            ConsoleTable.Print(
                ["period", .. plan.Channels, "all"],
                plan.Periods.Select(period => plan.Weeks.Where(week => week.Period == period).ToArray()).Select(weeks => new[]
                {
                    weeks[0].Period,
                }.Concat(plan.Channels.Select((_, c) => Number(weeks.Sum(week => week.Spend[c])))).Append(Number(weeks.Sum(week => week.Spend.Sum())))),
                [.. Enumerable.Range(1, plan.Channels.Length + 1)]);
        }

        Proof(plan);
        Goal(plan.Goal);
        Spread(plan.Spread);
        Move(plan.Move);
    }

    public static string Number(double? number) => number switch
    {
        null => "",
        0 => "0",
        { } value when Math.Abs(value) >= 1e15 || Math.Abs(value) < 1e-4 => value.ToString("0.####e+0", CultureInfo.InvariantCulture),
        { } value when Math.Abs(value) >= 1_000 => value.ToString("#,0.#", CultureInfo.InvariantCulture),
        { } value => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    private static void Proof(PlanResult plan)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"spend {Number(plan.Spend.Sum())}, value {plan.Value:R}; no plan exceeds {plan.Bound:R}: the gap is {(plan.Gap == 0 ? "0" : $"{plan.Gap:0.##e+0} of the value")}"));
        string residual = plan.KktResidual is { } kkt ? kkt.ToString("0.##e+0", CultureInfo.InvariantCulture) : "not defined for a probability";
        Console.WriteLine($"conditions of an optimum (KKT) hold to {residual}; one more unit of budget brings {Number(plan.Price)}; {plan.Nodes} boxes");
    }

    private static void Goal(GoalOutcome? goal)
    {
        if (goal is not null)
        {
            string badge = goal.IsAchievable ? "Target achievable" : goal.IsProven ? "Target unachievable" : "Target not met by any plan that was found";
            Console.WriteLine($"{badge}: {goal.Metric} {Number(goal.Reached)} for a target of {Number(goal.Target)}, with a spend of {Number(goal.Budget)}");
        }
    }

    private static void Spread(PlanSpread? spread)
    {
        if (spread is not null)
        {
            string reached = spread.ReachesTarget is { } share ? $"; the target is reached in {share:P1} of them" : "";
            Console.WriteLine(
                $"over {spread.Draws} draws: mean {Number(spread.Mean)}, 90 % between {Number(spread.Q05)} and {Number(spread.Q95)}, "
                + $"mean of the worst {spread.Level:P0} {Number(spread.CVaR)}{reached}");
        }
    }

    private static void Move(PlanMove? move)
    {
        if (move is not null)
        {
            string sure = move.Probability is { } share ? $" (90 % between {Number(move.Q05)} and {Number(move.Q95)}; better in {share:P1} of the draws)" : "";
            string split = move.SplitGain is { } own ? $", {Number(own)} of it by the split and the rest by another budget" : "";
            Console.WriteLine($"against today's {Number(move.CurrentValue)} it gains {Number(move.Gain)}{split}{sure}: {(move.Advise ? "move" : "do not move")}");
        }
    }
}
