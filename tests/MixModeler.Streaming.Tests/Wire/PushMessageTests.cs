using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Wire;

public sealed class PushMessageTests
{
    [Fact]
    public void Greetings_and_heartbeats_come_back_as_they_were_written()
    {
        PackedWriter output = new();
        HelloMessage hello = new("edge-ü", 17, ulong.MaxValue, 42);
        hello.Write(output);
        Assert.Equal(hello, HelloMessage.Read(output.Written));

        output.Clear();
        WelcomeMessage welcome = new(9, true, long.MaxValue);
        welcome.Write(output);
        Assert.Equal(welcome, WelcomeMessage.Read(output.Written));

        output.Clear();
        HeartbeatMessage heartbeat = new(1, 2, 3);
        heartbeat.Write(output);
        Assert.Equal(heartbeat, HeartbeatMessage.Read(output.Written));
    }

    [Fact]
    public void A_hello_of_another_version_is_refused()
    {
        PackedWriter output = new();
        new HelloMessage("edge", 1, 0, 0).Write(output);
        output.PatchUInt32(0, HelloMessage.ProtocolVersion + 1);
        Assert.Throws<InvalidDataException>(() => HelloMessage.Read(output.Written));
    }

    [Fact]
    public void Rows_come_back_as_they_were_written()
    {
        RowHeader[] headers = [Header("a", -1, 1.5), Header("b", long.MaxValue, 0)];
        PackedWriter output = new();
        RowBatch.Begin(output, 3);
        RowBatch.Add(output, in headers[0], [1, -2, 3]);
        RowBatch.Add(output, in headers[1], [long.MinValue, 0, 9]);
        RowBatch.End(output, 5_000_000_000, 2);

        RowBatch.Reader rows = RowBatch.Read(output.Written, 3);
        long[] words = new long[3];
        Assert.Equal(5_000_000_000, rows.Sequence);
        Assert.True(rows.TryNext(out RowHeader header, words));
        Assert.Equal(headers[0], header);
        Assert.Equal([1, -2, 3], words);
        Assert.True(rows.TryNext(out header, words));
        Assert.Equal(headers[1], header);
        Assert.Equal([long.MinValue, 0, 9], words);
        Assert.False(rows.TryNext(out _, words));
    }

    [Fact]
    public void Rows_of_another_layout_or_length_are_refused()
    {
        PackedWriter output = new();
        RowBatch.Begin(output, 2);
        RowHeader header = Header("a", 1, 0);
        RowBatch.Add(output, in header, [1, 2]);
        RowBatch.End(output, 1, 1);
        Assert.Throws<InvalidDataException>(() => { RowBatch.Read(output.Written, 3); });
        for (int length = 0; length < output.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => { RowBatch.Read(output.Written[..length], 2); });
        }
    }

    [Fact]
    public void Decisions_come_back_as_they_were_written_and_nothing_shorter_passes()
    {
        PackedWriter output = new();
        DecisionBatch.Begin(output, 7);
        DecisionBatch.Add(output, "v1"u8, "{}"u8);
        DecisionBatch.Add(output, "v2"u8, "{\"a\":1}"u8);
        DecisionBatch.End(output, 2);

        List<DecisionLine> lines = [];
        Assert.Equal(7UL, DecisionBatch.Read(output.WrittenMemory, lines));
        Assert.Equal(2, lines.Count);
        Assert.Equal("v2"u8, lines[1].Visitor.Span);
        Assert.Equal("{\"a\":1}"u8, lines[1].Json.Span);
        for (int length = 0; length < output.Length; length++)
        {
            ReadOnlyMemory<byte> shorter = output.WrittenMemory[..length];
            Assert.Throws<InvalidDataException>(() => DecisionBatch.Read(shorter, lines));
        }
    }

    private static RowHeader Header(string visitor, long offset, double score) =>
        new(Hash128.Of(System.Text.Encoding.UTF8.GetBytes(visitor)), 3, offset, 1_000, 2_000, score, 12);
}
