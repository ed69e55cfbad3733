using System.IO.Pipelines;
using System.Text;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Edge.Http;
using MixModeler.Streaming.Edge.Push;
using MixModeler.Streaming.Edge.Resp;

namespace MixModeler.Streaming.Edge.Tests.Front;

/// <summary>Talks to a session as a connection would, in pieces of any size, without a socket.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private readonly IFrontSession session;
    private readonly FrontConnections connections = new(10, new ManualTime(Sample.EventMs));
    private readonly Pipe output = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly List<byte> unread = [];

    private Conversation(EdgeState state, DecisionLog log, bool isHttp)
    {
        Decider decider = new(state, log);
        EdgeMonitor monitor = new("edge-1", state, new PushCounters(), log, connections, TimeProvider.System);
        session = isHttp ? new HttpSession(decider, monitor, state, connections) : new RespSession(decider, monitor, state, 1);
    }

    /// <summary>The last step that the session answered with.</summary>
    public FrontStep Step { get; private set; } = FrontStep.Read;

    public static Conversation Http(EdgeState? state = null) => new(state ?? Sample.ReadyState(10), new DecisionLog(64), isHttp: true);

    public static Conversation Resp(EdgeState? state = null) => new(state ?? Sample.ReadyState(10), new DecisionLog(64), isHttp: false);

    /// <summary>Sends the bytes in pieces that end at the given positions and returns everything that was answered.</summary>
    public async Task<string> Say(byte[] bytes, params int[] cuts)
    {
        int from = 0;
        foreach (int to in cuts.Append(bytes.Length))
        {
            unread.AddRange(bytes[from..to]);
            from = to;
            do
            {
                byte[] given = [.. unread];
                Step = session.Answer(given, output.Writer, nowMs: 5_000, out int consumed);
                unread.RemoveRange(0, consumed);
            }
            while (Step == FrontStep.FlushFirst);

            if (Step != FrontStep.Read)
            {
                break;
            }
        }

        await output.Writer.FlushAsync();
        if (!output.Reader.TryRead(out ReadResult read))
        {
            return "";
        }

        string answer = Encoding.UTF8.GetString(read.Buffer);
        output.Reader.AdvanceTo(read.Buffer.End);
        return answer;
    }

    /// <summary>Bytes allocated for one answer to the same bytes, once everything has grown to its size.</summary>
    public async Task<long> AllocatedAsync(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        long allocated = 0;
        for (int i = 0; i < 2_000; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Step = session.Answer(bytes, output.Writer, nowMs: 5_000, out int consumed);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(bytes.Length, consumed);
            await output.Writer.FlushAsync();
            ReadResult read = await output.Reader.ReadAsync();
            output.Reader.AdvanceTo(read.Buffer.End);
        }

        return allocated;
    }

    public Task<string> Say(string text) => Say(Encoding.Latin1.GetBytes(text));

    public ValueTask DisposeAsync() => connections.DisposeAsync();
}
