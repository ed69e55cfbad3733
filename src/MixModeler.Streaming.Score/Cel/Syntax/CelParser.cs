namespace MixModeler.Streaming.Score.Cel.Syntax;

/// <summary>
/// Recursive descent. It recurses for brackets only, and counts them; chains of operators, selections, signs and conditionals
/// are loops. Where it is lost it says so once and stops: what follows would be guesses.
/// </summary>
internal sealed class CelParser
{
    private static readonly HashSet<string> Reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var",
        "void", "while",
    ];

    private readonly CelLexer lexer;
    private readonly CelProblems problems;
    private CelToken token;
    private int nesting;
    private bool isLost;

    private CelParser(string text, CelProblems problems)
    {
        lexer = new CelLexer(text, problems);
        this.problems = problems;
        token = lexer.Next();
    }

    /// <summary>The expression, or null with problems.</summary>
    public static CelSyntax? Parse(string text, CelProblems problems)
    {
        CelParser parser = new(text, problems);
        if (parser.token.Kind == TokenKind.End)
        {
            problems.Add(0, "there is no expression here");
            return null;
        }

        CelSyntax expression = parser.Expression();
        if (!parser.isLost && parser.token.Kind != TokenKind.End)
        {
            parser.Unexpected("an operator or the end");
        }

        return problems.Any ? null : expression;
    }

    private CelSyntax Expression()
    {
        if (++nesting > CelLimits.NestingMax)
        {
            Lose($"brackets are nested more than {CelLimits.NestingMax} deep");
            nesting--;
            return Bad();
        }

        List<(CelSyntax Condition, CelSyntax Then)>? open = null;
        CelSyntax last = Binary(0);
        while (!isLost && token.Is("?"))
        {
            Next();
            CelSyntax then = Binary(0);
            if (token.Is("?"))
            {
                Lose("a conditional between '?' and ':' stands in brackets");
            }

            Expect(":");
            (open ??= []).Add((last, then));
            last = Binary(0);
        }

        for (int i = (open?.Count ?? 0) - 1; i >= 0 && !isLost; i--)
        {
            last = Node(SyntaxKind.Conditional, open![i].Condition.Offset, "?:", open[i].Condition, open[i].Then, last);
        }

        nesting--;
        return last;
    }

    private static int Precedence(in CelToken token) => token.Kind != TokenKind.Symbol ? -1 : token.Text switch
    {
        "||" => 0,
        "&&" => 1,
        "==" or "!=" or "<" or "<=" or ">" or ">=" or "in" => 2,
        "+" or "-" => 3,
        "*" or "/" or "%" => 4,
        _ => -1,
    };

    private CelSyntax Binary(int lowest)
    {
        if (lowest > 4)
        {
            return Unary();
        }

        CelSyntax left = Binary(lowest + 1);
        if (lowest <= 1 && !isLost && Precedence(token) == lowest)
        {
            return Chain(left, lowest);
        }

        while (!isLost && Precedence(token) == lowest)
        {
            CelToken symbol = token;
            Next();
            CelSyntax right = Binary(lowest + 1);
            left = Node(SyntaxKind.Binary, symbol.Offset, symbol.Text, left, right);
        }

        return left;
    }

    private CelSyntax Chain(CelSyntax first, int precedence)
    {
        int offset = token.Offset;
        string symbol = token.Text;
        List<CelSyntax> operands = [first];
        while (!isLost && Precedence(token) == precedence)
        {
            Next();
            operands.Add(Binary(precedence + 1));
        }

        return Node(precedence == 0 ? SyntaxKind.Or : SyntaxKind.And, offset, symbol, [.. operands]);
    }

    private CelSyntax Unary()
    {
        Stack<CelToken>? signs = null;
        CelSyntax? operand = null;
        while (!isLost && operand is null && (token.Is("!") || token.Is("-")))
        {
            CelToken sign = token;
            Next();
            if (sign.Text == "-" && token is { Kind: TokenKind.Literal } && (token.Text == "int" || token.Value.Kind == CelKind.Double))
            {
                operand = Postfix(NumberLiteral(sign.Offset, isNegative: true));
            }
            else
            {
                (signs ??= new Stack<CelToken>()).Push(sign);
            }
        }

        operand ??= Postfix(Primary());
        while (!isLost && signs is { Count: > 0 })
        {
            CelToken sign = signs.Pop();
            operand = Node(sign.Text == "!" ? SyntaxKind.Not : SyntaxKind.Negate, sign.Offset, sign.Text, operand);
        }

        return operand;
    }

    private CelSyntax Postfix(CelSyntax operand)
    {
        while (!isLost)
        {
            if (token.Is("."))
            {
                operand = Member(operand);
            }
            else if (token.Is("["))
            {
                int offset = token.Offset;
                Next();
                CelSyntax index = Expression();
                Expect("]");
                operand = Node(SyntaxKind.Index, offset, "[]", operand, index);
            }
            else
            {
                return operand;
            }
        }

        return operand;
    }

    private CelSyntax Member(CelSyntax operand)
    {
        Next();
        CelToken name = token;
        if (name.Kind is not (TokenKind.Name or TokenKind.QuotedName))
        {
            Unexpected("the name of a field or function");
            return Bad();
        }

        Next();
        if (token.Is("(") && name.Kind == TokenKind.Name)
        {
            return Node(SyntaxKind.MemberCall, name.Offset, name.Text, [operand, .. Arguments(")")]);
        }

        return Node(SyntaxKind.Select, name.Offset, name.Text, operand);
    }

    private CelSyntax Primary()
    {
        CelToken first = token;
        switch (first.Kind)
        {
            case TokenKind.Literal when first.Value.Kind == CelKind.UInt && first.Text == "int":
                return NumberLiteral(first.Offset, isNegative: false);
            case TokenKind.Literal:
                Next();
                return new CelSyntax(SyntaxKind.Literal, first.Offset, "") { Value = first.Value };
            case TokenKind.Name:
                return Name(isRooted: false);
            case TokenKind.Symbol when first.Text == ".":
                Next();
                return Name(isRooted: true);
            case TokenKind.Symbol when first.Text == "(":
                Next();
                CelSyntax inner = Expression();
                Expect(")");
                return inner;
            case TokenKind.Symbol when first.Text == "[":
                return Node(SyntaxKind.List, first.Offset, "[]", [.. Arguments("]")]);
            case TokenKind.Symbol when first.Text == "{":
                return Map();
            default:
                Unexpected("a value, a name or a bracket");
                return Bad();
        }
    }

    private CelSyntax NumberLiteral(int offset, bool isNegative)
    {
        CelToken number = token;
        Next();
        if (number.Value.Kind == CelKind.Double)
        {
            return new CelSyntax(SyntaxKind.Literal, offset, "") { Value = CelValue.Of(isNegative ? -number.Value.AsDouble : number.Value.AsDouble) };
        }

        ulong magnitude = number.Value.AsUInt;
        if (magnitude > (isNegative ? 1UL << 63 : long.MaxValue))
        {
            problems.Add(offset, isNegative ? "an int is at least -9223372036854775808" : "an int is at most 9223372036854775807; a uint ends in u");
        }

        return new CelSyntax(SyntaxKind.Literal, offset, "") { Value = CelValue.Of(isNegative ? unchecked(-(long)magnitude) : (long)magnitude) };
    }

    private CelSyntax Name(bool isRooted)
    {
        CelToken name = token;
        if (name.Kind != TokenKind.Name)
        {
            Unexpected("a name");
            return Bad();
        }

        if (Reserved.Contains(name.Text))
        {
            problems.Add(name.Offset, $"'{name.Text}' is a reserved word");
        }

        Next();
        return token.Is("(")
            ? Node(SyntaxKind.Call, name.Offset, name.Text, [.. Arguments(")")])
            : new CelSyntax(SyntaxKind.Name, name.Offset, name.Text) { IsRooted = isRooted };
    }

    private List<CelSyntax> Arguments(string end)
    {
        Next();
        List<CelSyntax> arguments = [];
        while (!isLost && !token.Is(end))
        {
            arguments.Add(Expression());
            if (!token.Is(","))
            {
                break;
            }

            Next();
            // A list may end in a comma, a call may not.
            if (end == ")" && token.Is(end))
            {
                Unexpected("an argument");
            }
        }

        Expect(end);
        return arguments;
    }

    private CelSyntax Map()
    {
        int offset = token.Offset;
        Next();
        List<CelSyntax> parts = [];
        while (!isLost && !token.Is("}"))
        {
            parts.Add(Expression());
            Expect(":");
            if (isLost)
            {
                break;
            }

            parts.Add(Expression());
            if (!token.Is(","))
            {
                break;
            }

            Next();
        }

        Expect("}");
        return Node(SyntaxKind.Map, offset, "{}", [.. parts]);
    }

    private CelSyntax Node(SyntaxKind kind, int offset, string text, params CelSyntax[] parts)
    {
        CelSyntax node = new(kind, offset, text, parts);
        if (node.Height > CelLimits.HeightMax && !isLost)
        {
            problems.Add(offset, $"operators are nested more than {CelLimits.HeightMax} deep");
            isLost = true;
        }

        return node;
    }

    private CelSyntax Bad() => new(SyntaxKind.Bad, token.Offset, "");

    private void Next() => token = lexer.Next();

    private void Expect(string symbol)
    {
        if (isLost)
        {
            return;
        }

        if (token.Is(symbol))
        {
            Next();
        }
        else
        {
            Unexpected($"'{symbol}'");
        }
    }

    private void Unexpected(string wanted)
    {
        if (token.Kind == TokenKind.Bad)
        {
            isLost = true;                        // The lexer has said what is wrong.
            return;
        }

        string found = token.Kind switch
        {
            TokenKind.End => "the expression ends",
            TokenKind.Literal when token.Text != "int" => "a value stands",
            TokenKind.Literal => "a number stands",
            _ => $"'{token.Text}' stands",
        };
        Lose($"{found} where {wanted} is expected");
    }

    private void Lose(string message)
    {
        if (!isLost)
        {
            problems.Add(token.Offset, message);
        }

        isLost = true;
    }
}
