using MixModeler.Streaming.Score.Cel.Evaluate;

namespace MixModeler.Streaming.Score.Cel.Functions;

internal delegate CelValue UnaryFunction(in CelValue value, ref CelFrame frame, int offset);

internal delegate CelValue BinaryFunction(in CelValue value, in CelValue argument, ref CelFrame frame, int offset);

/// <summary>One form of a function: as a member its first parameter stands in front of the dot.</summary>
internal sealed record CelOverload(bool IsMember, CelType Result, params CelType[] Parameters)
{
    public bool Accepts(bool isMember, ReadOnlySpan<CelType> arguments)
    {
        if (!Takes(isMember, arguments.Length))
        {
            return false;
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (!Parameters[i].Accepts(arguments[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether it has this many arguments, the one in front of the dot included.</summary>
    public bool Takes(bool isMember, int count) => IsMember == isMember && Parameters.Length == count;

    public string Describe(string name) => IsMember
        ? $"{Parameters[0]}.{name}({string.Join(", ", Parameters.Skip(1))})"
        : $"{name}({string.Join(", ", (object[])Parameters)})";
}

/// <summary>A function of the language. The overloads are for the check; what is called looks at the kinds itself.</summary>
internal sealed record CelFunction(string Name, UnaryFunction? Unary, BinaryFunction? Binary, params CelOverload[] Overloads);

internal sealed class UnaryNode(int offset, UnaryFunction function, CelNode operand) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        CelValue value = operand.Evaluate(ref frame);
        if (value.IsError)
        {
            return value;
        }

        frame.SpendText(value);
        return frame.IsSpent ? CelFrame.LimitError(Offset) : function(value, ref frame, Offset);
    }
}

internal sealed class BinaryNode(int offset, BinaryFunction function, CelNode operand, CelNode argument) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        CelValue value = operand.Evaluate(ref frame);
        if (value.IsError)
        {
            return value;
        }

        CelValue second = argument.Evaluate(ref frame);
        if (second.IsError)
        {
            return second;
        }

        frame.SpendText(value);
        frame.SpendText(second);
        return frame.IsSpent ? CelFrame.LimitError(Offset) : function(value, second, ref frame, Offset);
    }
}
