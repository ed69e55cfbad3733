using System.Text;
using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class ReplayedRowTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"_origin":{"partition":3,"offset":77},"a":1}""")]
    [InlineData("""  { } """, """{"_origin":{"partition":3,"offset":77} } """)]
    [InlineData("""{"_origin":{"partition":1,"offset":2},"a":1}""", """{"_origin":{"partition":1,"offset":2},"a":1}""")]
    [InlineData("""{"a":{"_origin":1}}""", """{"_origin":{"partition":3,"offset":77},"a":{"_origin":1}}""")]
    [InlineData("""[{}]""", """[{}]""")]
    [InlineData("""{"a":""", """{"a":""")]
    [InlineData("", "")]
    public void A_row_says_where_it_first_stood(string value, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ReplayedRow.WithOrigin(Encoding.UTF8.GetBytes(value), 3, 77).Span));
}
