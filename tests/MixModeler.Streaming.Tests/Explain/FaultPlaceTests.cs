using System.Text;
using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class FaultPlaceTests
{
    [Theory]
    [InlineData("malformed-json", "{\"a\":1,\n\"b\":tru}", "line 2, byte 8: near ")]
    [InlineData("malformed-json", "{\"a\":", "the record ends after {\"a\":")]
    [InlineData("malformed-json", "", "line 1, byte 1")]
    [InlineData("id-missing", "{\"_id\":7}", "_id is a number")]
    [InlineData("timestamp-invalid", "{\"xdm:timestamp\":\"yesterday\"}", "timestamp is \"yesterday\"")]
    [InlineData("timestamp-missing", "{\"body\":{\"xdmEntity\":{}}}", "body.xdmEntity.timestamp is not there")]
    [InlineData("visitor-missing", "{\"_luma\":{\"userid\":\"\"},\"identityMap\":{}}", "_luma.userid is a text of 0 bytes; identityMap.ECID is not there")]
    public void The_place_of_a_fault_is_told(string reason, string record, string place) =>
        Assert.Contains(place, FaultPlace.Find(reason, Encoding.UTF8.GetBytes(record), TestTopology.PlanOf(), new Mask([])), StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_no_utf8_is_told_by_its_byte() =>
        Assert.NotNull(FaultPlace.Find("malformed-json", [(byte)'"', 0xC3, 0x28, (byte)'"'], TestTopology.PlanOf(), new Mask([])));

    [Fact]
    public void A_reason_that_is_not_known_has_no_place() => Assert.Null(FaultPlace.Find("moon-phase", "{}"u8, TestTopology.PlanOf(), new Mask([])));
}
