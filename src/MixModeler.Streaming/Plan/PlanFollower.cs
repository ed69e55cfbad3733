using MixModeler.Streaming.Plan.Solve;

namespace MixModeler.Streaming.Plan;

/// <summary>
/// A plan that follows a model: each new day's curves are solved again from the last multiplier, and the plan in force moves only
/// when the gain is surer than the problem's confidence. One owner; its whole state is two plans.
/// </summary>
public sealed class PlanFollower
{
    private PlanResult? last;
    private PlanResult? active;

    /// <summary>The plan in force; null before the first problem.</summary>
    public PlanResult? Active => active;

    /// <summary>The best plan as of the newest curves, with its bound.</summary>
    public PlanResult? Newest => last;

    /// <summary>Takes in the newest curves, bounds and budget.</summary>
    /// <returns>Whether the plan in force changed.</returns>
    /// <exception cref="InvalidOperationException">Bounds and constraints leave no plan.</exception>
    public bool Follow(BudgetProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        PlanShape shape = PlanShape.Of(problem);
        // The plan in force is what is spent now, week for week where it has several.
        bool isComparable = active is not null && active.Channels.SequenceEqual(problem.Channels)
            && active.Periods.SequenceEqual(problem.Periods.Select(period => period.Name)) && active.Decided.Length == shape.Variables.Length;
        last = PlanSolver.Solve(isComparable ? problem with { CurrentDecided = active!.Decided } : problem, last);
        // A plan that bounds or budget no longer allow has to go, however small the gain.
        if (isComparable && last.Move is { Advise: false } && new PlanModel(shape.Lower, shape.Upper, [], shape.Rows).Allows(active!.Decided))
        {
            return false;
        }

        active = last;
        return true;
    }

    /// <summary>The state, for a checkpoint: equal states are equal bytes.</summary>
    public byte[] Snapshot()
    {
        byte[] first = last is null ? [] : PlanDocument.ToJson(last);
        byte[] second = active is null ? [] : PlanDocument.ToJson(active);
        return [.. BitConverter.GetBytes(first.Length), .. first, .. second];
    }

    /// <exception cref="InvalidDataException">These bytes are no snapshot.</exception>
    public static PlanFollower Restore(byte[] snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        int first = snapshot.Length < 4 ? -1 : BitConverter.ToInt32(snapshot);
        if (first < 0 || first > snapshot.Length - 4)
        {
            throw new InvalidDataException("these bytes are no snapshot of a plan");
        }

        return new PlanFollower { last = Read(snapshot[4..(4 + first)]), active = Read(snapshot[(4 + first)..]) };
    }

    private static PlanResult? Read(byte[] json)
    {
        string? problem = null;
        PlanResult? plan = json.Length == 0 ? null : PlanDocument.FromJson(json, out problem);
        return problem is null ? plan : throw new InvalidDataException(problem);
    }
}
