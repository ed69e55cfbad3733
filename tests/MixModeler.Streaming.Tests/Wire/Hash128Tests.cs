using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Wire;

public class Hash128Tests
{
    // MurmurHash3 x64 128, seed 0, as the reference implementation gives them (low half first there, so High is h1).
    [Theory]
    [InlineData("", "00000000000000000000000000000000")]
    [InlineData("hello", "cbd8a7b341bd9b025b1e906a48ae1d19")]
    [InlineData("hello, world", "342fac623a5ebc8e4cdcbc079642414d")]
    [InlineData("19 Jan 2038 at 3:14:07 AM", "b89e5988b737affc664fc2950231b2cb")]
    [InlineData("The quick brown fox jumps over the lazy dog.", "cd99481f9ee902c9695da1a38987b6e7")]
    public void It_gives_the_published_values(string text, string hash) =>
        Assert.Equal(hash, Hash128.Of(System.Text.Encoding.UTF8.GetBytes(text)).ToString());
}
