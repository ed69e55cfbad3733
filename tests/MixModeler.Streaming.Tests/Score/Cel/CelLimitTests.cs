using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelLimitTests
{
    // Generous: a hang takes for ever.
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("(", 32, "7", ")", "int 7")]
    [InlineData("!", 32, "true", "", "bool true")]
    [InlineData("-", 32, "19", "", "int 19")]
    [InlineData("[", 24, "0", "]", "list")]
    [InlineData("true ? true : ", 100, "false", "", "bool true")]
    [InlineData("false ? 1 : ", 700, "2", "", "int 2")]
    [InlineData("false || ", 5_000, "true", "", "bool true")]
    [InlineData("true && ", 5_000, "false", "", "bool false")]
    [InlineData("1 + ", 700, "1", "", "int 701")]
    [InlineData("int(", 100, "1", ")", "int 1")]
    [InlineData("size([", 20, "1", "])", "int 1")]
    public void Long_and_deep_expressions_have_a_value(string before, int times, string inner, string after, string expected)
    {
        string text = string.Concat(Enumerable.Repeat(before, times)) + inner + string.Concat(Enumerable.Repeat(after, times));

        string found = OnSmallStack(() => CelTable.Evaluate(text));

        Assert.StartsWith(expected, found);
    }

    [Fact]
    public void Twelve_comprehensions_stand_within_each_other()
    {
        string text = string.Concat(Enumerable.Range(0, 12).Select(i => $"[1].all(x{i}, ")) + "x0 == x11" + new string(')', 12);

        Assert.Equal("bool true", OnSmallStack(() => CelTable.Evaluate(text)));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("!")]
    [InlineData("-")]
    [InlineData("- ")]
    [InlineData("a.")]
    [InlineData("a[")]
    [InlineData("a(")]
    [InlineData("a.a(")]
    [InlineData("1+")]
    [InlineData("1 in ")]
    [InlineData("a ? ")]
    [InlineData("a ? a : ")]
    [InlineData("a && ")]
    [InlineData("a || ")]
    [InlineData("[].all(x, ")]
    [InlineData("{1:")]
    [InlineData("has(a.")]
    [InlineData("'")]
    [InlineData("'a' + ")]
    [InlineData("\\")]
    [InlineData("`")]
    [InlineData("\uD800")]
    [InlineData("//\n")]
    public void A_hundred_thousand_characters_of_anything_are_answered(string piece)
    {
        string repeated = string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length));
        foreach (string text in new[] { repeated, repeated[..^2] + "1", "1" + repeated[..^1], repeated[..^3] + "a.a" })
        {
            TimeSpan took = TimeMax * 2;
            string found = OnSmallStack(() =>
            {
                TimeSpan start = CpuTime.Now;
                string answer = CelTable.Evaluate(text);
                took = CpuTime.Now - start;
                return answer;
            });

            Assert.NotEqual("", found);
            Assert.InRange(took, TimeSpan.Zero, TimeMax);
        }
    }

    [Fact]
    public void An_expression_that_is_too_long_is_refused() =>
        Assert.StartsWith("problem 1:1: the expression has 100001 characters", CelTable.Evaluate(new string(' ', 100_000) + "1"));

    [Theory]
    [InlineData("l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))")]
    [InlineData("l.exists(a, l.exists(b, l.exists(c, l.exists(d, a / 0 > 0))))")]
    [InlineData("l.map(a, l.map(b, l.map(c, l.map(d, l))))")]
    [InlineData("l.map(a, l.map(b, l.map(c, l + l + l + l)))")]
    [InlineData("l.filter(a, l.filter(b, l.filter(c, l == l) == l) == l)")]
    [InlineData("l.all(a, l.all(b, l.all(c, -1 in l || true)))")]
    [InlineData("l.map(a, l.map(b, s + s + s + s + s + s + s + s))")]
    [InlineData("l.all(a, l.all(b, (s + s + s + s + s + s + s + s).contains('aaaaaaaaaaaaaaaaaaaaab') || true))")]
    [InlineData("l.all(a, l.all(b, s.matches('(a+)+(a+)+$' + string(a)) || true))")]
    [InlineData("l.all(a, l.all(b, l.all(c, s.matches('(a?a?a?a?){20}b') || true)))")]
    [InlineData("l.all(a, l.all(b, string(l.map(c, c).size()) + s != s || true))")]
    [InlineData("l.exists(a, l.exists(b, l.exists(c, l.exists(d, false)))) || true")]
    public void Work_without_end_is_stopped(string expression)
    {
        CelValue list = CelValue.Of([.. Enumerable.Range(0, 300).Select(i => CelValue.Of((long)i))]);
        CelBinding[] bindings = [new("l", CelType.Dyn, list), new("s", CelType.Dyn, CelValue.Of(new string('a', 10_000)))];
        TimeSpan start = CpuTime.Now;

        string found = CelTable.Evaluate(expression, false, bindings);

        Assert.InRange(CpuTime.Now - start, TimeSpan.Zero, TimeMax);
        Assert.Equal("error LimitExceeded", found);
    }

    [Theory]
    [InlineData("s.startsWith(s)")]
    [InlineData("s.endsWith(s)")]
    [InlineData("s.contains(s)")]
    [InlineData("s <= s")]
    [InlineData("s == t")]
    [InlineData("s in [t, t]")]
    [InlineData("!(s in m)")]
    [InlineData("m[s] == 1")]
    [InlineData("{s: 1}.size() == 1")]
    [InlineData("{1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, s: 1}.size() == 9")]
    [InlineData("size(s) > 0")]
    [InlineData("int(s) == 1")]
    [InlineData("double(s) == 1.0")]
    [InlineData("timestamp(s) == timestamp(0)")]
    [InlineData("duration(s) == duration('0s')")]
    [InlineData("bool(s)")]
    [InlineData("bytes(s) == b''")]
    [InlineData("string(bytes(s)) == s")]
    [InlineData("s + t == s")]
    [InlineData("s.matches('^x')")]
    [InlineData("'a'.matches(s)")]
    [InlineData("l[s] == 1")]
    [InlineData("m[l] == 1")]
    [InlineData("timestamp(0).getHours(s) == 0")]
    [InlineData("timestamp(0).getHours('No/Where' + string(a)) == 0")]
    [InlineData("{1: l, 2: l} == {1: l, 2: l}")]
    [InlineData("string(a + b) == '-1'")]
    public void Work_with_large_texts_is_counted_by_their_size(string term)
    {
        const int Bytes = 1_000_000;
        CelValue list = CelValue.Of([.. Enumerable.Range(0, 2_000).Select(i => CelValue.Of((long)i))]);
        Assert.True(CelMap.TryCreate([.. Enumerable.Range(0, 20).Select(i => CelValue.Of((long)i))], new CelValue[20], out CelMap? map, out _));
        CelBinding[] bindings =
        [
            new("l", CelType.Dyn, list), new("m", CelType.Dyn, CelValue.Of(map)),
            new("s", CelType.Dyn, CelValue.Of(new string('1', Bytes))), new("t", CelType.Dyn, CelValue.Of(new string('1', Bytes))),
        ];
        TimeSpan start = CpuTime.Now;

        string found = CelTable.Evaluate($"l.all(a, l.all(b, {term} || true))", false, bindings);

        Assert.InRange(CpuTime.Now - start, TimeSpan.Zero, TimeMax);
        Assert.Equal("error LimitExceeded", found);
    }

    [Fact]
    public void A_search_that_would_be_quadratic_is_not()
    {
        CelBinding[] bindings =
        [
            new("text", CelType.String, CelValue.Of(new string('a', 2_000_000))),
            new("wanted", CelType.String, CelValue.Of(new string('a', 500_000) + "b")),
        ];
        TimeSpan start = CpuTime.Now;

        Assert.Equal("bool false", CelTable.Evaluate("text.contains(wanted)", true, bindings));
        Assert.Equal("bool true", CelTable.Evaluate("(text + wanted + text).contains(wanted)", true, bindings));
        Assert.InRange(CpuTime.Now - start, TimeSpan.Zero, TimeMax);
    }

    // A stack as small as the smallest that a thread of the runtime is given by default.
    private static string OnSmallStack(Func<string> evaluate)
    {
        string found = "";
        Thread thread = new(() => found = evaluate(), 1_500_000);
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "the thread goes on");
        return found;
    }
}
