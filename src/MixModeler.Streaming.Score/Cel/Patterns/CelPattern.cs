using System.Buffers;
using System.Text;

namespace MixModeler.Streaming.Score.Cel.Patterns;

/// <summary>
/// A pattern as a machine that follows all its ways at once (Thompson, "Regular expression search algorithm", 1968): time grows
/// with text × pattern and never faster. Runs over UTF-8 in place; used by any thread.
/// </summary>
internal sealed class CelPattern
{
    private readonly PatternStep[] steps;

    private CelPattern(PatternStep[] steps) => this.steps = steps;

    /// <summary>Throws <see cref="PatternException"/> with the reason.</summary>
    public static CelPattern Parse(string pattern) => new(PatternCompiler.Compile(PatternParser.Parse(pattern)));

    /// <summary>Whether the pattern matches some part of the text. Gives up, as no match, once the budget is below zero.</summary>
    public bool IsMatch(ReadOnlySpan<byte> utf8, ref long budget)
    {
        // Two sets of places, each dense and sparse, and the stack of those still to be entered.
        int[] rented = ArrayPool<int>.Shared.Rent(steps.Length * 6);
        try
        {
            Places now = new(rented.AsSpan(0, steps.Length * 2));
            Places next = new(rented.AsSpan(steps.Length * 2, steps.Length * 2));
            Span<int> stack = rented.AsSpan(steps.Length * 4, steps.Length * 2);
            int before = -1;
            while (true)
            {
                int used = 0;
                int code = -1;
                if (!utf8.IsEmpty)
                {
                    Rune.DecodeFromUtf8(utf8, out Rune rune, out used);
                    code = rune.Value;
                }

                // A match may begin anywhere.
                if (Enter(ref now, 0, before, code, stack))
                {
                    return true;
                }

                budget -= now.Count + 1;
                if (code < 0 || budget < 0)
                {
                    return false;
                }

                int after = used < utf8.Length ? Peek(utf8[used..]) : -1;
                next.Clear();
                foreach (int place in now.All)
                {
                    if (steps[place].Set is { } set && set.Contains(code) && Enter(ref next, steps[place].Next, code, after, stack))
                    {
                        return true;
                    }
                }

                Places swap = now;
                now = next;
                next = swap;
                before = code;
                utf8 = utf8[used..];
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private static int Peek(ReadOnlySpan<byte> utf8)
    {
        Rune.DecodeFromUtf8(utf8, out Rune rune, out _);
        return rune.Value;
    }

    // Adds a place and all that it leads to without a character; true where one of them is the end.
    private bool Enter(ref Places places, int place, int before, int after, Span<int> stack)
    {
        int depth = 0;
        stack[depth++] = place;
        while (depth > 0)
        {
            place = stack[--depth];
            if (!places.Add(place))
            {
                continue;
            }

            ref readonly PatternStep step = ref steps[place];
            switch (step.Kind)
            {
                case StepKind.Match:
                    return true;
                case StepKind.Split:
                    stack[depth++] = step.Other;
                    stack[depth++] = step.Next;
                    break;
                case StepKind.Check when Holds(step.Edge, before, after):
                    stack[depth++] = step.Next;
                    break;
            }
        }

        return false;
    }

    private static bool Holds(PatternKind edge, int before, int after) => edge switch
    {
        PatternKind.TextStart => before < 0,
        PatternKind.TextEnd => after < 0,
        PatternKind.LineStart => before is < 0 or '\n',
        PatternKind.LineEnd => after is < 0 or '\n',
        PatternKind.WordEdge => IsWord(before) != IsWord(after),
        _ => IsWord(before) == IsWord(after),
    };

    private static bool IsWord(int code) => code >= 0 && CodePoints.Word.Contains(code);

    /// <summary>A set of places that is emptied at once (Briggs and Torczon, 1993).</summary>
    private ref struct Places(Span<int> memory)
    {
        private readonly Span<int> dense = memory[..(memory.Length / 2)];
        private readonly Span<int> sparse = memory[(memory.Length / 2)..];

        public int Count { get; private set; }

        public readonly ReadOnlySpan<int> All => dense[..Count];

        public bool Add(int place)
        {
            int slot = sparse[place];
            if ((uint)slot < (uint)Count && dense[slot] == place)
            {
                return false;
            }

            dense[Count] = place;
            sparse[place] = Count++;
            return true;
        }

        public void Clear() => Count = 0;
    }
}
