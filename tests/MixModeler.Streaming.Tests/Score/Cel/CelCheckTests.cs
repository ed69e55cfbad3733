using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

/// <summary>What is found before anything is evaluated.</summary>
public sealed class CelCheckTests
{
    private static readonly CelEnvironment Environment = Create();

    [Theory]
    [InlineData("event.contry == 'DE'", 6, "'event' has no field 'contry'; did you mean 'country'? The fields: type, country, amount, count, tags, time, visit, extra")]
    [InlineData("evnt.country == 'DE'", 0, "'evnt' is not declared; did you mean 'event'? The declared names: event, limit")]
    [InlineData("event.country == 1", 14, "'==' does not take string and int; they are never equal")]
    [InlineData("event.amount > 'a'", 13, "'>' does not take double and string")]
    [InlineData("event.amount + 1", 13, "'+' does not take double and int; numbers are not converted by themselves: double(…) and int(…) do")]
    [InlineData("event.country", -1, "")]
    [InlineData("event", 0, "the record 'event' has no value of its own; name one of its fields: type, country, amount, count, tags, time, visit, extra")]
    [InlineData("event.visit", 6, "the record 'event.visit' has no value of its own; name one of its fields: pages, source")]
    [InlineData("event.visit.page > 1", 12, "'event.visit' has no field 'page'; did you mean 'pages'? The fields: pages, source")]
    [InlineData("event.country.size", 14, "string has no field 'size'; maps with string keys and records have fields")]
    [InlineData("event.country && true", 6, "what '&&' joins is a bool; this is string")]
    [InlineData("!event.count", 0, "'!' takes a bool; this is int")]
    [InlineData("-event.country", 0, "'-' takes an int or a double; this is string")]
    [InlineData("event.count ? 1 : 2", 6, "what stands before '?' is a bool; this is int")]
    [InlineData("true ? 1 : 'a'", 11, "both ways of a conditional have one type; these are int and string")]
    [InlineData("'a' in event.country", 4, "'in' does not take string and string; 'in' looks for an item in a list, or for a key in a map")]
    [InlineData("1 in event.tags", 2, "'in' does not take int and list(string); 'in' looks for an item in a list, or for a key in a map")]
    [InlineData("event.tags['a']", 11, "the index of list(string) is int; this is string")]
    [InlineData("event.count[0]", 11, "[ ] is for lists and maps; this is int")]
    [InlineData("event.tags.all(t, t > 1)", 20, "'>' does not take string and int")]
    [InlineData("event.count.all(t, true)", 12, "all() is for lists and maps; this is int")]
    [InlineData("event.tags.filter(t, t)", 21, "the condition of filter() is a bool; this is string")]
    [InlineData("event.country.startWith('D')", 14, "there is no function 'startWith'; did you mean 'startsWith'?")]
    [InlineData("size(event.count)", 0, "size(int) is no form of 'size'; there are size(string), size(bytes), size(list(dyn)), size(map(dyn, dyn)), string.size()")]
    [InlineData("event.time.getHours(1)", 11, "timestamp.getHours(int) is no form of 'getHours'")]
    [InlineData("event.time > timestamp('yesterday')", 13, "'yesterday' is not a timestamp")]
    [InlineData("event.country.matches('(')", 22, "the pattern: a '(' is never closed")]
    [InlineData("{1.5: 1}", 1, "a map's key is an int, uint, bool or string; this is double")]
    [InlineData("has(event)", 0, "has() asks for a field, as in has(event.country)")]
    public void A_problem_says_what_was_found_and_what_is_meant(string expression, int offset, string message)
    {
        CelCompilation compilation = CelCompiler.Compile(expression, Environment);

        if (offset < 0)
        {
            Assert.True(compilation.IsValid);
            return;
        }

        Assert.Equal(offset, compilation.Problems[0].Offset);
        Assert.StartsWith(message, compilation.Problems[0].Message);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        CelCompilation compilation = CelCompiler.Compile("event.contry == 'DE' &&\n  evnt > 1 && event.amount > 'a'", Environment);

        Assert.Equal([(1, 7), (2, 3), (2, 28)], compilation.Problems.Select(p => (p.Line, p.Column)));
        Assert.Null(compilation.Program);
    }

    [Theory]
    [InlineData("event.count + 1", "int")]
    [InlineData("event.amount * 2.0", "double")]
    [InlineData("event.country + '!'", "string")]
    [InlineData("event.tags", "list(string)")]
    [InlineData("event.tags.map(t, t.size())", "list(int)")]
    [InlineData("event.tags.filter(t, t != '')", "list(string)")]
    [InlineData("event.tags[0]", "string")]
    [InlineData("[1, 'a']", "list(dyn)")]
    [InlineData("{'a': 1}", "map(string, int)")]
    [InlineData("{'a': 1}.a", "int")]
    [InlineData("event.extra.anything", "dyn")]
    [InlineData("event.extra.anything + 1", "int")]
    [InlineData("event.extra.anything == 1", "bool")]
    [InlineData("event.time - event.time", "duration")]
    [InlineData("event.time + duration('1h')", "timestamp")]
    [InlineData("event.time.getHours()", "int")]
    [InlineData("true ? 1 : 2", "int")]
    [InlineData("true ? dyn(1) : 'a'", "dyn")]
    [InlineData("type(event.count) == int", "bool")]
    [InlineData("event.count < 1.5", "bool")]
    [InlineData("dyn(1) == '1'", "bool")]
    [InlineData("event.visit.pages", "int")]
    [InlineData("has(event.visit.pages)", "bool")]
    [InlineData("has(event.visit)", "bool")]
    [InlineData("has(event.extra.deep)", "bool")]
    [InlineData("limit", "int")]
    public void The_type_of_a_result_is_known(string expression, string type)
    {
        CelCompilation compilation = CelCompiler.Compile(expression, Environment);

        Assert.True(compilation.IsValid, string.Join('\n', compilation.Problems));
        Assert.Equal(type, compilation.Program!.ResultType.ToString());
    }

    [Theory]
    [InlineData("int")]
    [InlineData("list(string)")]
    [InlineData("map(string, list(int))")]
    [InlineData("list(map(int, dyn))")]
    public void A_type_reads_back_as_it_is_written(string type) => Assert.Equal(type, CelType.Parse(type)!.ToString());

    [Theory]
    [InlineData("integer")]
    [InlineData("list")]
    [InlineData("list(")]
    [InlineData("list()")]
    [InlineData("map(int)")]
    [InlineData("record")]
    [InlineData("")]
    public void What_is_no_type_is_none(string type)
    {
        // list and map alone stand for any list and any map.
        Assert.Equal(type is "list", CelType.Parse(type) is not null);
    }

    private static CelEnvironment Create()
    {
        CelEnvironment environment = new();
        environment.DeclareRecord("event",
        [
            new("type", CelType.String), new("country", CelType.String), new("amount", CelType.Double), new("count", CelType.Int),
            new("tags", CelType.ListOf(CelType.String)), new("time", CelType.Timestamp),
            new("visit", CelType.RecordOf([new("pages", CelType.Int), new("source", CelType.String)])),
            new("extra", CelType.Dyn),
        ]);
        environment.Declare("limit", CelType.Int);
        return environment;
    }
}
