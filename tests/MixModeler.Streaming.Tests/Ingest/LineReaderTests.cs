using System.Text;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Tests.Ingest;

public class LineReaderTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\r\nb\n", new[] { "a", "b" })]
    [InlineData("\n\na", new[] { "", "", "a" })]
    public async Task Lines_come_without_their_ends(string text, string[] expected) => Assert.Equal(expected, await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Long_and_short_lines_are_whole_wherever_buffers_end()
    {
        string[] lines = [.. Enumerable.Range(0, 300).Select(i => new string((char)('a' + i % 26), i * 97 % 5_000))];
        Assert.Equal(lines, await ReadAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")));
    }

    [Fact]
    public async Task Of_an_endless_line_only_a_bounded_part_is_kept()
    {
        byte[] text = new byte[LineReader.LineBytesMax + 1_000_000];
        text.AsSpan().Fill((byte)'x');
        List<string> lines = await ReadAsync([.. text, .. "\nnext\n"u8]);
        Assert.Equal(LineReader.LineBytesMax, lines[0].Length);
        Assert.Equal("next", lines[1]);
    }

    private static async Task<List<string>> ReadAsync(byte[] text)
    {
        LineReader reader = new(new MemoryStream(text));
        List<string> lines = [];
        while (await reader.ReadAsync(Stop) is { } line)
        {
            lines.Add(Encoding.UTF8.GetString(line.Span));
        }

        return lines;
    }
}
