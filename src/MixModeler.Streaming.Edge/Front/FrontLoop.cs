using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace MixModeler.Streaming.Edge.Front;

// Decision path, once per read. Budget: 0 B. Measured by `bench edge`.

// Reads, lets the session answer all requests that arrived together, and sends their answers together.
internal sealed class FrontLoop(TimeProvider time)
{
    private const int IdleSecondsMax = 130;

    // From the first byte of a request to its last, and for a peer to take its answers.
    private const int RequestSecondsMax = 10;
    private const int FlushSecondsMax = 30;

    // How much of what a peer still sends is thrown away so that it can read why it was cut off.
    private const int LingerBytesMax = 256 * 1_024;
    private const int LingerSeconds = 1;

    public async Task RunAsync(FrontConnection connection, IFrontSession session)
    {
        IDuplexPipe transport = connection.Context.Transport;
        try
        {
            FrontStep end = await AnswerAsync(connection, session, transport.Input, transport.Output);
            if (end == FrontStep.CloseAfterError)
            {
                await LingerAsync(connection, transport.Input);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            // The peer went away or was too slow.
        }

        await transport.Input.CompleteAsync();
        await transport.Output.CompleteAsync();
    }

    private async Task<FrontStep> AnswerAsync(FrontConnection connection, IFrontSession session, PipeReader input, PipeWriter output)
    {
        bool isMidRequest = false;
        while (true)
        {
            if (!isMidRequest)
            {
                connection.MoveOnWithin(IdleSecondsMax);
            }

            ReadResult read = await input.ReadAsync();
            FrontStep step = Answer(read.Buffer, session, output, out SequencePosition consumed, out bool isRestLeft);
            input.AdvanceTo(consumed, step == FrontStep.FlushFirst ? consumed : read.Buffer.End);
            if (output.UnflushedBytes > 0)
            {
                connection.MoveOnWithin(FlushSecondsMax);
                FlushResult flushed = await output.FlushAsync();
                isMidRequest = false;
                if (flushed.IsCompleted)
                {
                    return FrontStep.Close;
                }
            }

            if (step is FrontStep.Close or FrontStep.CloseAfterError || (read.IsCompleted && step == FrontStep.Read))
            {
                return step;
            }

            if (isRestLeft && !isMidRequest)
            {
                connection.MoveOnWithin(RequestSecondsMax);
            }

            isMidRequest = isRestLeft;
        }
    }

    private FrontStep Answer(
        ReadOnlySequence<byte> buffer, IFrontSession session, PipeWriter output, out SequencePosition consumed, out bool isRestLeft)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        FrontStep step;
        int taken;
        if (buffer.IsSingleSegment)
        {
            step = session.Answer(buffer.FirstSpan, output, nowMs, out taken);
        }
        else
        {
            // A request lies across two blocks: rare, and at most as many bytes as the transport buffers.
            int length = (int)buffer.Length;
            byte[] joined = ArrayPool<byte>.Shared.Rent(length);
            buffer.CopyTo(joined);
            step = session.Answer(joined.AsSpan(0, length), output, nowMs, out taken);
            ArrayPool<byte>.Shared.Return(joined);
        }

        consumed = buffer.GetPosition(taken);
        isRestLeft = taken < buffer.Length;
        return step;
    }

    private static async Task LingerAsync(FrontConnection connection, PipeReader input)
    {
        connection.MoveOnWithin(LingerSeconds);
        for (long thrown = 0; thrown < LingerBytesMax;)
        {
            ReadResult read = await input.ReadAsync();
            thrown += read.Buffer.Length;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
