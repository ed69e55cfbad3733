namespace MixModeler.Streaming.Score.Cel.Patterns;

internal enum StepKind : byte
{
    Match,
    Take,
    Split,
    Check,
}

/// <summary>An instruction of a pattern: take a character, go two ways, look at an edge, or be done.</summary>
internal record struct PatternStep(StepKind Kind, CodePoints? Set, PatternKind Edge, int Next, int Other);

/// <summary>Writes a parsed pattern as steps, its repetitions written out.</summary>
internal sealed class PatternCompiler
{
    private readonly List<PatternStep> steps = [];
    private int visits;

    public static PatternStep[] Compile(PatternSyntax pattern)
    {
        PatternCompiler compiler = new();
        compiler.Write(pattern);
        compiler.Add(new PatternStep(StepKind.Match, null, default, 0, 0));
        return [.. compiler.steps];
    }

    // Every part leads on to the step behind its last.
    private void Write(PatternSyntax part)
    {
        if (++visits > CelLimits.PatternStepsMax * 4)
        {
            throw TooLarge();
        }

        switch (part.Kind)
        {
            case PatternKind.Empty:
                break;
            case PatternKind.Set:
                Add(new PatternStep(StepKind.Take, part.Set, default, steps.Count + 1, 0));
                break;
            case PatternKind.Sequence:
                foreach (PatternSyntax each in part.Parts)
                {
                    Write(each);
                }

                break;
            case PatternKind.Either:
                WriteEither(part.Parts);
                break;
            case PatternKind.Repeat:
                WriteRepeat(part);
                break;
            default:
                Add(new PatternStep(StepKind.Check, null, part.Kind, steps.Count + 1, 0));
                break;
        }
    }

    private void WriteEither(PatternSyntax[] choices)
    {
        List<int> ends = [];
        for (int i = 0; i < choices.Length; i++)
        {
            bool isLast = i == choices.Length - 1;
            int split = isLast ? -1 : Split();
            Write(choices[i]);
            if (!isLast)
            {
                ends.Add(Split());
                steps[split] = steps[split] with { Other = steps.Count };
            }
        }

        foreach (int end in ends)
        {
            steps[end] = steps[end] with { Next = steps.Count, Other = steps.Count };
        }
    }

    private void WriteRepeat(PatternSyntax repeat)
    {
        for (int i = 0; i < repeat.Min; i++)
        {
            Write(repeat.Parts[0]);
        }

        if (repeat.Max < 0)
        {
            int loop = Split();
            Write(repeat.Parts[0]);
            int back = Split();
            steps[back] = steps[back] with { Next = loop, Other = loop };
            steps[loop] = steps[loop] with { Other = steps.Count };
            return;
        }

        List<int> exits = [];
        for (int i = repeat.Min; i < repeat.Max; i++)
        {
            exits.Add(Split());
            Write(repeat.Parts[0]);
        }

        foreach (int exit in exits)
        {
            steps[exit] = steps[exit] with { Other = steps.Count };
        }
    }

    // Two ways that both lead on until one is told otherwise.
    private int Split()
    {
        Add(new PatternStep(StepKind.Split, null, default, steps.Count + 1, steps.Count + 1));
        return steps.Count - 1;
    }

    private void Add(PatternStep step)
    {
        if (steps.Count >= CelLimits.PatternStepsMax)
        {
            throw TooLarge();
        }

        steps.Add(step);
    }

    private static PatternException TooLarge() => new("its repetitions, written out, are too many");
}
