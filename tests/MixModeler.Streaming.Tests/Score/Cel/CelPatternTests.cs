using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelPatternTests
{
    [Fact]
    public void A_pattern_is_found_anywhere_as_re2_would_find_it() => CelTable.Holds("""
        'hubba'.matches('ubb') → bool true
        matches('hubba', 'ubb') → bool true
        'hubba'.matches('^ubb') → bool false
        'hubba'.matches('bba$') → bool true
        ''.matches('') → bool true
        'grey'.matches('gr(a|e)y') → bool true
        'abc'.matches('^a.c$') → bool true
        'a\nc'.matches('a.c') → bool false
        'a\nc'.matches('(?s)a.c') → bool true
        'a\nb'.matches('^b$') → bool false
        'a\nb'.matches('(?m)^b$') → bool true
        'ABC'.matches('(?i)abc') → bool true
        'aBC'.matches('a(?i)bc') → bool true
        'ABC'.matches('a(?i:bc)') → bool false
        'É'.matches('(?i)é') → bool true
        '😀'.matches('^.$') → bool true
        '😀😀'.matches('^[😀😁]{2}$') → bool true
        'ab'.matches('^[^a]b$') → bool false
        'x-1'.matches(r'^\w-\d$') → bool true
        'x y'.matches(r'^\S\s\S$') → bool true
        'foo bar'.matches(r'\bbar\b') → bool true
        'foobar'.matches(r'\bbar\b') → bool false
        'foobar'.matches(r'\Bbar') → bool true
        'aaa'.matches('^a{3}$') → bool true
        'aaaa'.matches('^a{2,3}$') → bool false
        'aaaa'.matches('^a{2,}$') → bool true
        'a{x}'.matches('^a{x}$') → bool true
        'a+b'.matches(r'^a\+b$') → bool true
        'a+b'.matches(r'^\Qa+b\E$') → bool true
        'é'.matches(r'^\pL$') → bool true
        'É'.matches(r'^\p{Lu}$') → bool true
        '1'.matches(r'^\PL$') → bool true
        'a]'.matches('^[]a]+$') → bool true
        'a-z'.matches('^[a-]-[z]$') → bool true
        'Zz9'.matches('^[[:alpha:]]+[[:digit:]]$') → bool true
        'A'.matches(r'^\x41$') → bool true
        '🐱'.matches(r'^\x{1F431}$') → bool true
        'ab'.matches('^(?P<first>a)(?<second>b)$') → bool true
        'b'.matches('^(a|)b$') → bool true
        'aab'.matches('^(a*)*b$') → bool true
        'a' .matches('a*?') → bool true
        'abc'.matches('x|b') → bool true
        'abcd'.matches('^(?:a|ab)(?:c|bcd)$') → bool true
        'a'.matches(1) → error NoSuchOverload
        1.matches('a') → error NoSuchOverload
        """, 45);

    [Fact]
    public void What_needs_more_than_one_pass_or_has_no_meaning_is_refused() => CelTable.Holds("""
        'a'.matches('(?=a)') → error InvalidArgument
        'a'.matches('(?!a)') → error InvalidArgument
        'a'.matches('(?<=a)b') → error InvalidArgument
        'a'.matches('(?<!a)b') → error InvalidArgument
        'aa'.matches(r'(a)\1') → error InvalidArgument
        'a'.matches('(a') → error InvalidArgument
        'a'.matches('a)') → error InvalidArgument
        'a'.matches('[a') → error InvalidArgument
        'a'.matches('[z-a]') → error InvalidArgument
        'a'.matches('*a') → error InvalidArgument
        'a'.matches('a**') → error InvalidArgument
        'a'.matches('a{2,1}') → error InvalidArgument
        'a'.matches('a{1001}') → error InvalidArgument
        'a'.matches('(a{1000}){1000}') → error InvalidArgument
        'a'.matches('((((){1000}){1000}){1000}){1000}') → error InvalidArgument
        'a'.matches(r'\y') → error InvalidArgument
        'a'.matches(r'\p{Nonsense}') → error InvalidArgument
        'a'.matches(r'\x{110000}') → error InvalidArgument
        'a'.matches('[[:nope:]]') → error InvalidArgument
        'a'.matches('a\\') → error InvalidArgument
        'a'.matches('(?z)a') → error InvalidArgument
        """, 21);

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(.*)*x")]
    [InlineData("(a?){200}a{200}$")]
    public void No_pattern_takes_more_than_its_share_of_time(string pattern)
    {
        TimeSpan start = CpuTime.Now;
        CelTable.Evaluate($"text.matches('{pattern}')", false, new CelBinding("text", CelType.String, CelValue.Of(new string('a', 50_000) + "!")));

        Assert.InRange((CpuTime.Now - start).TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_pattern_that_is_put_together_is_read_when_it_is_known() => CelTable.Holds("""
        'abc'.matches('^' + x) → bool true
        'xabc'.matches('^' + x) → bool false
        'a'.matches(x + '(') → error InvalidArgument
        """, 3, CelTable.Bind("x", "\"ab\""));
}
