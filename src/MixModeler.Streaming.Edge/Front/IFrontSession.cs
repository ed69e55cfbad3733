using System.IO.Pipelines;

namespace MixModeler.Streaming.Edge.Front;

// What to do after the bytes at hand were looked at.
internal enum FrontStep
{
    // Nothing more can be answered before more bytes arrive.
    Read,

    // Enough was answered for one flush; the rest of the bytes comes after it.
    FlushFirst,

    // The peer asked for the end.
    Close,

    // The peer sent what cannot be understood: it gets a last answer and time to read it.
    CloseAfterError,
}

// One connection's dialect (HTTP, RESP).
internal interface IFrontSession
{
    // Answers every complete request in the bytes. Synchronous and never waits: it runs on the thread of the sockets.
    FrontStep Answer(ReadOnlySpan<byte> bytes, PipeWriter output, long nowMs, out int consumed);
}
