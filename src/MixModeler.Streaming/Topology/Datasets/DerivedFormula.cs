using System.Collections.Immutable;
using System.Globalization;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>
/// The formula of a derived field, e.g. `[spend] / [impressions] * 1000`: metrics in brackets, numbers, + - * / and ( ). It is
/// reckoned from the metrics of a whole group, after they were added up: a ratio of sums, never a sum of ratios.
/// </summary>
public sealed class DerivedFormula
{
    public const int CharactersMax = 512;

    // Parentheses and signs within each other; the parser calls itself for each.
    private const int DepthMax = 32;

    private readonly Step[] steps;

    private DerivedFormula(string text, ImmutableArray<MetricReference> references, Step[] steps)
    {
        Text = text;
        References = references;
        Metrics = [.. references.Select(reference => reference.Metric).Distinct()];
        this.steps = steps;
    }

    public string Text { get; }

    /// <summary>Which metrics it reads, each once, in the order in which it names them.</summary>
    public ImmutableArray<string> Metrics { get; }

    /// <summary>Every place at which it names one.</summary>
    public ImmutableArray<MetricReference> References { get; }

    /// <summary>Null, and a problem, where the text is no formula.</summary>
    public static DerivedFormula? Parse(string text, out FormulaProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        Parser parser = new(text);
        parser.Read();
        problem = parser.Problem;
        return problem is null ? new(text, [.. parser.References], [.. parser.Steps]) : null;
    }

    /// <summary>Null where a metric that it reads is null, where it divides by zero, and where no number can hold the result.</summary>
    public double? Evaluate(Func<string, double?> metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        // Nothing is NaN in here: it stays nothing whatever is done with it.
        Span<double> stack = stackalloc double[CharactersMax];
        int depth = 0;
        foreach (Step step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Number:
                    stack[depth++] = step.Number;
                    break;
                case StepKind.Metric:
                    stack[depth++] = metric(step.Metric!) ?? double.NaN;
                    break;
                case StepKind.Negate:
                    stack[depth - 1] = -stack[depth - 1];
                    break;
                default:
                    depth--;
                    stack[depth - 1] = Combine(step.Kind, stack[depth - 1], stack[depth]);
                    break;
            }
        }

        return double.IsFinite(stack[0]) ? stack[0] : null;
    }

    public override string ToString() => Text;

    // What is infinite is nothing at once: divided by it, everything would look like zero.
    private static double Combine(StepKind kind, double left, double right)
    {
        double result = kind switch
        {
            StepKind.Add => left + right,
            StepKind.Subtract => left - right,
            StepKind.Multiply => left * right,
            _ => left / right,
        };
        return double.IsFinite(result) ? result : double.NaN;
    }

    private enum StepKind
    {
        Number,
        Metric,
        Negate,
        Add,
        Subtract,
        Multiply,
        Divide,
    }

    // Operands before their operator, so that evaluating is one walk over an array.
    private readonly record struct Step(StepKind Kind, double Number = 0, string? Metric = null);

    private sealed class Parser(string text)
    {
        private int at;
        private int depth;

        public List<Step> Steps { get; } = [];

        public List<MetricReference> References { get; } = [];

        public FormulaProblem? Problem { get; private set; }

        public void Read()
        {
            if (text.Length > CharactersMax)
            {
                Fail(CharactersMax, $"a formula has at most {CharactersMax} characters");
                return;
            }

            ReadSum();
            SkipBlanks();
            if (Problem is null && at < text.Length)
            {
                Fail(at, text[at] == ')' ? "')' without '('" : $"expected + - * / or the end, found {Found()}");
            }
        }

        private void ReadSum()
        {
            ReadProduct();
            while (TryTake('+', '-') is char sign)
            {
                ReadProduct();
                Steps.Add(new(sign == '+' ? StepKind.Add : StepKind.Subtract));
            }
        }

        private void ReadProduct()
        {
            ReadOperand();
            while (TryTake('*', '/') is char sign)
            {
                ReadOperand();
                Steps.Add(new(sign == '*' ? StepKind.Multiply : StepKind.Divide));
            }
        }

        private void ReadOperand()
        {
            SkipBlanks();
            if (Problem is not null)
            {
                return;
            }

            if (at == text.Length)
            {
                Fail(at, Steps.Count == 0 ? "a formula such as [spend]/[clicks] is missing" : "a metric in brackets, a number or ( is missing at the end");
            }
            else if (depth > DepthMax)
            {
                Fail(at, $"more than {DepthMax} parentheses and signs within each other");
            }
            else if (text[at] is '-' or '(')
            {
                ReadNested();
            }
            else if (text[at] == '[')
            {
                ReadMetric();
            }
            else
            {
                ReadNumber();
            }
        }

        private void ReadNested()
        {
            depth++;
            int start = at;
            if (text[at++] == '-')
            {
                ReadOperand();
                Steps.Add(new(StepKind.Negate));
            }
            else
            {
                ReadSum();
                if (Problem is null && TryTake(')', ')') is null)
                {
                    Fail(at < text.Length ? at : start, at < text.Length ? $"expected + - * / or ), found {Found()}" : "'(' is never closed");
                }
            }

            depth--;
        }

        private void ReadMetric()
        {
            int end = text.IndexOf(']', at);
            string name = end < 0 ? "" : text[(at + 1)..end].Trim();
            if (end < 0 || name.Contains('[', StringComparison.Ordinal))
            {
                Fail(at, "'[' is never closed");
                return;
            }

            if (name.Length == 0)
            {
                Fail(at, "[] names no metric");
                return;
            }

            References.Add(new(name, text.IndexOf(name, at, StringComparison.Ordinal)));
            Steps.Add(new(StepKind.Metric, Metric: name));
            at = end + 1;
        }

        private void ReadNumber()
        {
            int end = at;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '_'))
            {
                end++;
            }

            string word = text[at..end];
            const NumberStyles Plain = NumberStyles.AllowDecimalPoint;
            if (word.Length == 0)
            {
                Fail(at, $"expected a metric in brackets, a number or (, found {Found()}");
            }
            else if (double.TryParse(word, Plain, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            {
                Steps.Add(new(StepKind.Number, number));
                at = end;
            }
            else
            {
                string advice = char.IsAsciiDigit(word[0]) || word[0] == '.' ? "is no number" : $"is no number: metrics stand in brackets, [{word}]";
                Fail(at, $"'{word}' {advice}");
            }
        }

        private char? TryTake(char one, char other)
        {
            SkipBlanks();
            return Problem is null && at < text.Length && (text[at] == one || text[at] == other) ? text[at++] : null;
        }

        private void SkipBlanks()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        private string Found() => at == text.Length ? "the end" : char.IsControl(text[at]) ? $"U+{(int)text[at]:X4}" : $"'{text[at]}'";

        private void Fail(int position, string message) => Problem ??= new(position, message);
    }
}

/// <summary>A metric that a formula names.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="At">How many characters stand before the name.</param>
public sealed record MetricReference(string Metric, int At);

/// <summary>Why a text is no formula.</summary>
/// <param name="At">How many characters stand before the mistake.</param>
/// <param name="Message">What is wrong there.</param>
public sealed record FormulaProblem(int At, string Message)
{
    public override string ToString() => FormattableString.Invariant($"{Message} (character {At + 1})");
}
