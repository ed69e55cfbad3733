namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelLiteralTests
{
    [Fact]
    public void Numbers_are_written_in_these_ways() => CelTable.Holds("""
        0 → int 0
        0x1F → int 31
        -0xff → int -255
        0xFFu → uint 255
        1U → uint 1
        1.5 → double 1.5
        .5 → double 0.5
        1e3 → double 1000
        1.5E-3 → double 0.0015
        1e+2 → double 100
        -9223372036854775808 → int -9223372036854775808
        9223372036854775807 → int 9223372036854775807
        9223372036854775808 → problem
        18446744073709551615u → uint 18446744073709551615
        18446744073709551616u → problem
        99999999999999999999999 → problem
        1e999 → problem
        0x → problem
        1.  → problem
        1a → problem
        1 2 → problem
        """, 21);

    [Fact]
    public void Texts_are_written_in_these_ways() => CelTable.Holds("""
        'a"b' → string a"b
        "a'b" → string a'b
        '''a'b''' → string a'b
        '''''' → string
        r'\n' → string \n
        R"\d+" → string \d+
        '\x41\u00e9\U0001F431\101' → string Aé🐱A
        '\X41' → string A
        '\\\?\"\'\`' → string \?"'`
        'a\tb' == 'a	b' → bool true
        size('\a\b\f\n\r\t\v') → int 7
        '\377' → string ÿ
        b'\377' → bytes /w==
        b'ÿ' → bytes w78=
        b'\xff\x00' → bytes /wA=
        br'\x' → bytes XHg=
        Rb'a' → problem
        '\400' → problem
        '\uD800' → problem
        '\UFFFFFFFF' → problem
        b'\u0041' → problem
        '\s' → problem
        '\x4' → problem
        'open → problem
        'a\ → problem
        '''open' → problem
        """, 26);

    [Fact]
    public void Words_have_their_meaning_and_their_limits() => CelTable.Holds("""
        true → bool true
        null → null null
        trueish → error UndeclaredName
        if → problem
        for + 1 → problem
        {'for': 1}.for → int 1
        {'in': 1}.in → problem
        () → problem
        [,] → problem
        {,} → problem
        size(1,) → problem
        a..b → problem
        .5.5 → problem
        1 = 1 → problem
        1 & 1 → problem
        a ? b → problem
        a ? b ? c : d : e → problem
        1 + → problem
        (1 → problem
        1) → problem
        [1 → problem
        {1 → problem
        {1: → problem
        # → problem
        é → problem
        """, 25);

    [Fact]
    public void A_comment_ends_with_its_line() =>
        Assert.Equal("int 3", CelTable.Evaluate("1 // one\n + // plus\r\n 2"));

    [Theory]
    [InlineData("", 0, 1, 1)]
    [InlineData("1 +\n  * 2", 6, 2, 3)]
    [InlineData("'a' + 'b", 6, 1, 7)]
    [InlineData("[1, 2", 5, 1, 6)]
    [InlineData("a b", 2, 1, 3)]
    public void A_problem_has_its_place(string expression, int offset, int line, int column)
    {
        var problem = MixModeler.Streaming.Score.Cel.CelCompiler.Compile(expression, new()).Problems[0];

        Assert.Equal((offset, line, column), (problem.Offset, problem.Line, problem.Column));
    }
}
