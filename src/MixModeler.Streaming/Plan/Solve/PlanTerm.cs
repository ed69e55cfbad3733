using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>One summand of a plan's value: a curve of a weighted sum of spends, which for carry-over are those of several weeks.</summary>
/// <param name="Curve">In units of the value.</param>
/// <param name="Variables">Which spends.</param>
/// <param name="Weights">With which weights, none negative.</param>
/// <param name="Offset">What is carried in from before the plan.</param>
/// <param name="Slack">By how much the curve may lie below what it stands for, between its points.</param>
internal sealed record PlanTerm(IResponseCurve Curve, int[] Variables, double[] Weights, double Offset, double Slack)
{
    public double Input(double[] spend)
    {
        double input = Offset;
        for (int i = 0; i < Variables.Length; i++)
        {
            input += Weights[i] * spend[Variables[i]];
        }

        return input;
    }

    public bool IsPlain => Variables.Length == 1 && Weights[0] == 1 && Offset == 0;
}

/// <summary>Min ≤ Σ weight · spend ≤ Max.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Weights">One of each variable.</param>
/// <param name="Min">Minus infinity for none.</param>
/// <param name="Max">Infinity for none.</param>
internal sealed record PlanRow(string Name, double[] Weights, double Min, double Max);
