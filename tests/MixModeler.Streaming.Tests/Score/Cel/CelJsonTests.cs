using System.Text;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelJsonTests
{
    [Theory]
    [InlineData("1", "int", "1")]
    [InlineData("-9223372036854775808", "int", "-9223372036854775808")]
    [InlineData("9223372036854775808", "uint", "9223372036854775808")]
    [InlineData("18446744073709551616", "double", "1.8446744073709552E+19")]
    [InlineData("1.0", "double", "1")]
    [InlineData("1e2", "double", "100")]
    [InlineData("\"a\\u00e9\\n\"", "string", "\"aé\\n\"")]
    [InlineData("null", "null", "null")]
    [InlineData("[1,[],{}]", "list", "[1,[],{}]")]
    [InlineData("{\"a\":{\"b\":[true]}}", "map", "{\"a\":{\"b\":[true]}}")]
    public void Json_is_read_as_values_and_written_back(string json, string kind, string written)
    {
        Assert.True(CelJson.TryParse(Encoding.UTF8.GetBytes(json), out CelValue value, out string problem), problem);

        Assert.Equal((kind, written), (value.KindName, CelJson.ToJson(value)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("nul")]
    public void What_is_no_json_is_a_problem(string json)
    {
        Assert.False(CelJson.TryParse(Encoding.UTF8.GetBytes(json), out _, out string problem));
        Assert.NotEqual("", problem);
    }

    [Theory]
    [InlineData("x:uint", "5", "uint 5")]
    [InlineData("x:double", "5", "double 5")]
    [InlineData("x:double", "\"NaN\"", "double NaN")]
    [InlineData("x:bytes", "\"/w==\"", "bytes /w==")]
    [InlineData("x:timestamp", "\"2026-01-01T00:00:00Z\"", "timestamp 2026-01-01T00:00:00Z")]
    [InlineData("x:duration", "\"90s\"", "duration 90s")]
    [InlineData("x:list(uint)", "[1,2]", "list [1,2]")]
    [InlineData("x:map(int, string)", "{\"1\":\"a\"}", "map {\"1\":\"a\"}")]
    [InlineData("x:type", "\"int\"", "type int")]
    [InlineData("x", "{\"a\":1}", "map {\"a\":1}")]
    public void A_binding_says_what_its_json_stands_for(string written, string json, string expected) =>
        Assert.Equal(expected, CelTable.Evaluate("x", false, CelTable.Bind(written, json)));

    [Theory]
    [InlineData("x:uint=-1", "the value of 'x' is no uint")]
    [InlineData("x:bytes=\"*\"", "the value of 'x' is no bytes")]
    [InlineData("x:timestamp=\"today\"", "the value of 'x' is no timestamp")]
    [InlineData("x:float=1", "'float' is no type")]
    [InlineData("1x=1", "'1x' is no name")]
    [InlineData("x", "the binding 'x' is not NAME=JSON")]
    [InlineData("x={", "the binding 'x' is no JSON")]
    [InlineData("=1", "the binding '=1' is not NAME=JSON")]
    public void A_binding_that_is_none_is_an_error(string written, string error) =>
        Assert.StartsWith(error, CelEvaluation.Run("1", [written]).Error);

    [Theory]
    [InlineData("1 + 2", """{"value":3,"type":"int"}""")]
    [InlineData("1.0 / 0.0", """{"value":"Infinity","type":"double"}""")]
    [InlineData("'a' + 'é'", """{"value":"aé","type":"string"}""")]
    [InlineData("b'\\xff'", """{"value":"/w==","type":"bytes"}""")]
    [InlineData("duration('3.5s')", """{"value":"3.5s","type":"duration"}""")]
    [InlineData("type(1)", """{"value":"int","type":"type"}""")]
    [InlineData("{1: [null]}", """{"value":{"1":[null]},"type":"map"}""")]
    [InlineData("1 / 0", """{"error":"1:3: division by zero"}""")]
    [InlineData("y", """{"error":"1:1: undeclared reference to 'y'"}""")]
    [InlineData("1 +", """{"error":"1:4: the expression ends where a value, a name or a bracket is expected"}""")]
    public void A_result_is_one_line_of_json(string expression, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(CelEvaluation.Run(expression, Array.Empty<string>()).ToJson()));

    [Fact]
    public void With_types_checked_what_never_fits_is_an_error()
    {
        Assert.Null(CelEvaluation.Run("1 == '1'", Array.Empty<string>()).Error);
        Assert.Equal("1:3: '==' does not take int and string; they are never equal", CelEvaluation.Run("1 == '1'", Array.Empty<string>(), isChecked: true).Error);
        Assert.Null(CelEvaluation.Run("x == '1'", ["x=1"], isChecked: true).Error);
        Assert.NotNull(CelEvaluation.Run("x == '1'", ["x:int=1"], isChecked: true).Error);
    }

    [Fact]
    public void Every_line_is_answered_in_its_place()
    {
        string huge = $$"""{"expr":"'{{new string('a', CelLines.LineBytesMax)}}'"}""";
        string input = string.Join('\n',
            """{"expr":"x + 1","bind":{"x":2}}""", "nonsense", """{"expr":1}""", "", huge, "[1]", """{"expr":"x","bind":{"x:uint":2},"note":"kept out"}""" + "\r",
            """{"expr":"1/0"}""", """{"expr":"x","bind":[]}""", "\0\uFFFD", """{"expr":"'last'"}""");
        using MemoryStream source = new(Encoding.UTF8.GetBytes(input));
        using MemoryStream target = new();

        CelLines.Run(source, target);

        string[] lines = Encoding.UTF8.GetString(target.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(
            ["value", "error", "error", "error", "error", "error", "value", "error", "error", "error", "value"],
            lines.Select(line => line[2..7]));
        Assert.Equal("""{"value":3,"type":"int"}""", lines[0]);
        Assert.Equal("""{"value":2,"type":"uint"}""", lines[6]);
        Assert.Equal("""{"value":"last","type":"string"}""", lines[^1]);
        Assert.Contains("more than", lines[4]);
    }
}
