using System.Text;
using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class MaskTests
{
    private static readonly Mask Luma = Mask.Of(TestTopology.PlanOf());

    [Theory]
    [InlineData("visitor-0001", "v…1(12)#")]
    [InlineData("ab", "…(2)#")]
    [InlineData("", "…(0)#")]
    [InlineData("zoë@x.de", "z…e(8)#")]
    public void A_masked_text_keeps_ends_and_length_and_a_hash(string text, string start)
    {
        Assert.StartsWith(start, Mask.Text(text), StringComparison.Ordinal);
        Assert.Equal(start.Length + 8, Mask.Text(text).Length);
        Assert.Equal(Mask.Text(text), Mask.Text(text));
    }

    [Fact]
    public void Equal_values_look_equal_and_different_ones_different()
    {
        Assert.Equal(Mask.Text("abcdef"), Mask.Text("abcdef"));
        Assert.NotEqual(Mask.Text("abcdef"), Mask.Text("abxdef"));
    }

    [Theory]
    [InlineData("""{"_id":"e1","_luma":{"userid":"secret-user"}}""")]
    [InlineData("""{"body":{"xdmEntity":{"_luma":{"userid":"secret-user"}}}}""")]
    [InlineData("""{"xdm:identityMap":{"ECID":[{"xdm:id":"secret-user","primary":true}]}}""")]
    [InlineData("""{"identityMap":{"Email":[{"id":"secret-user"},{"id":"secret-user"}]}}""")]
    [InlineData("""{"note":"write to secret-user@example.com now"}""")]
    [InlineData("""{"secret-user@example.com":1}""")]
    public void Identities_are_hidden_wherever_they_stand(string json)
    {
        string masked = Luma.Json(Encoding.UTF8.GetBytes(json))!;

        Assert.DoesNotContain("secret-user", masked, StringComparison.Ordinal);
        Assert.Contains("#", masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("call +49 30 1234567 today", "1234567")]
    [InlineData("call +4930123456789 today", "30123456")]
    [InlineData("call 030 1234567 today", "1234567")]
    [InlineData("call +1 (555) 010-9999", "010-9999")]
    [InlineData("call 555-010-9999", "010-9999")]
    public void Telephone_numbers_are_hidden(string text, string hidden)
    {
        Assert.DoesNotContain(hidden, Mask.FreeText(text), StringComparison.Ordinal);
        Assert.StartsWith("call ", Mask.FreeText(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-09-01T10:00:00.000Z")]
    [InlineData("1790000000000")]
    [InlineData("directMarketing.emailOpened")]
    [InlineData("8f14e45f-ceea-467f-a0e6-000000000001")]
    [InlineData("b9423d01-0345-6789-bef5-576f681d6386")]
    [InlineData("b9423d0f-123-456-7890-576f681d6386")]
    [InlineData("v1.2.3")]
    public void What_is_nobody_s_stays_readable(string text) => Assert.Equal(text, Mask.FreeText(text));

    [Fact]
    public void A_number_at_an_identity_path_is_hidden_and_others_stay()
    {
        string masked = new Mask(["account.number"]).Json("""{"account":{"number":123456,"balance":7}}"""u8.ToArray())!;

        Assert.DoesNotContain("123456", masked, StringComparison.Ordinal);
        Assert.Contains("\"balance\": 7", masked, StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_s_key_is_hidden_where_the_topology_does_not_look_for_it()
    {
        Mask mask = Mask.Of(TestTopology.PlanOf(), "673962356206");

        Assert.DoesNotContain("673962356206", mask.Json("""{"crm":{"no":"673962356206"},"note":"of 673962356206"}"""u8.ToArray()), StringComparison.Ordinal);
        Assert.Equal("{\"crm\":\"6…6(12)#" + Mask.Text("673962356206")[^8..] + "\",", mask.Plain("{\"crm\":\"673962356206\","));
    }

    [Fact]
    public void What_is_no_json_is_said_to_be_none() => Assert.Null(Luma.Json("""{"_id":"""u8.ToArray()));
}
