using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelFuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_311;
    private const int Mutations = 20_000;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);

    private static readonly string[] Seeds =
    [
        "event.country == 'DE' && event.amount > 10.0 && !event.type.startsWith('bot')",
        "event.tags.exists(t, t.matches('^[a-z]+(x|y){2,3}$')) || has(event.extra.deep)",
        "[1, 2, 3].map(x, x > 1, x * 2).filter(y, y % 2 == 0).all(z, z in [2, 4, 6])",
        "{'a': 1, 2: 'b', true: [1.5e3, 0x1F, 7u]}['a'] == dyn(1u) ? \"yes\" : r'no\\d' + '''maybe'''",
        "timestamp('2026-03-01T12:30:45.5Z').getHours('Europe/Berlin') - duration('1h30m').getMinutes()",
        "string(int(1.9) + -9223372036854775808) + string(b'\\xff\\101\\x41') + '\\u00e9\\U0001F431'",
        "size(l) > 2 && l[0] + l[1] == l.map(i, i / 2)[1] && type(l) == list // the end",
    ];

    private static readonly string[] Fragments =
    [
        "(", ")", "[", "]", "{", "}", ",", ".", ":", "?", "!", "-", "+", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", " in ", "'", "\"",
        "'''", "r'", "b'", "\\", "\\x", "\\U", "`", "//", "\n", "\0", "\uD800", "\U0001F600", "0x", "1e999", "99999999999999999999", "1u", ".5",
        "null", "true", "event", "event.", "l", "x", "has(", "all(x,", ".map(x,", ".filter(", "size(", "dyn(", "type(", "duration(", "timestamp(",
        "matches('(a*)*", "getHours(", "string(", "if", "in", "{1:", "[[[[[[", "((((((", "------", "!!!!!!", "a.b.c.d", "~", "#", "$",
    ];

    [Fact]
    public void Whatever_is_done_to_an_expression_the_answer_is_a_value_an_error_or_a_located_problem()
    {
        output.WriteLine($"seed {Seed}");
        Random random = new(Seed);
        (CelEnvironment Environment, CelValue[] Slots)[] worlds = [World(isChecked: true), World(isChecked: false)];
        int values = 0;
        int errors = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < Mutations; i++)
        {
            string text = Seeds[random.Next(Seeds.Length)];
            int changes = 1 + random.Next(4);
            for (int change = 0; change < changes; change++)
            {
                text = Mutate(text, random);
            }

            (CelEnvironment environment, CelValue[] slots) = worlds[i % worlds.Length];
            TimeSpan start = CpuTime.Now;
            CelValue value = Evaluate(text, environment, slots);
            TimeSpan took = CpuTime.Now - start;
            slowest = took > slowest ? took : slowest;
            values += value.Kind is CelKind.Absent or CelKind.Error ? 0 : 1;
            errors += value.IsError ? 1 : 0;
        }

        output.WriteLine($"{values} values, {errors} errors of {Mutations}; slowest {slowest.TotalMilliseconds:F1} ms");
        Assert.InRange(slowest, TimeSpan.Zero, TimeMax);
        // Mutations that never leave anything whole, or always, would try nothing.
        Assert.InRange(values, Mutations / 100, Mutations / 2);
        Assert.InRange(errors, Mutations / 200, Mutations / 2);
    }

    [Fact]
    public void An_expression_cut_at_any_place_is_answered()
    {
        (CelEnvironment environment, CelValue[] slots) = World(isChecked: false);
        foreach (string seed in Seeds)
        {
            for (int length = 0; length <= seed.Length; length++)
            {
                Evaluate(seed[..length], environment, slots);
                Evaluate(seed[length..], environment, slots);
            }
        }
    }

    private static CelValue Evaluate(string text, CelEnvironment environment, CelValue[] slots)
    {
        CelCompilation compilation = CelCompiler.Compile(text, environment);
        Assert.Equal(compilation.Program is null, compilation.Problems.Length > 0);
        Assert.All(compilation.Problems, problem =>
        {
            Assert.InRange(problem.Offset, 0, text.Length);
            Assert.True(problem is { Line: >= 1, Column: >= 1 } && problem.Message.Length > 0, text);
        });
        if (compilation.Program is not { } program)
        {
            return default;
        }

        CelValue value = program.Evaluate(slots);
        bool isAnswer = program.TryBool(slots, out bool truth, out CelError error);
        Assert.Equal(isAnswer, value.Kind == CelKind.Bool);
        Assert.True(isAnswer ? truth == value.AsBool : error.Code != CelErrorCode.None, text);
        if (value.IsError)
        {
            Assert.InRange(value.AsError.Offset, 0, text.Length);
        }

        Assert.NotNull(CelJson.ToText(value));
        return value;
    }

    private static string Mutate(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(12), text.Length - at);
        string other = Seeds[random.Next(Seeds.Length)];
        return random.Next(5) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Fragments[random.Next(Fragments.Length)]),
            2 => text.Insert(at, text.Substring(at, length)),
            3 => string.Concat(text.AsSpan(0, at), other.AsSpan(random.Next(other.Length))),
            _ => text.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]),
        };
    }

    private static (CelEnvironment Environment, CelValue[] Slots) World(bool isChecked)
    {
        CelEnvironment environment = new() { IsChecked = isChecked };
        environment.DeclareRecord("event",
        [
            new("country", CelType.String), new("amount", CelType.Double), new("type", CelType.String),
            new("tags", CelType.ListOf(CelType.String)), new("extra", CelType.Dyn),
        ]);
        environment.Declare("l", CelType.ListOf(CelType.Int));
        return (environment,
        [
            CelValue.Of("DE"), CelValue.Of(12.5), CelValue.Of("purchase"), CelValue.Of([CelValue.Of("abxx")]), CelValue.Absent,
            CelValue.Of([CelValue.Of(1L), CelValue.Of(2L), CelValue.Of(3L)]),
        ]);
    }
}
