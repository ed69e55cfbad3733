using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Kafka.Native;

/// <summary>
/// What a polling thread sleeps on: librdkafka rings when one of the attached queues gets something, tasks ring when they have room.
/// </summary>
internal sealed class WakeUp : IDisposable
{
    private readonly AutoResetEvent bell = new(false);
    private GCHandle self;

    public WakeUp() => self = GCHandle.Alloc(this);

    public void Ring() => bell.Set();

    public void Sleep(int atMostMs) => bell.WaitOne(atMostMs);

    public unsafe void Attach(nint queue) => Librdkafka.NotifyWhenFilled(queue, &OnFilled, GCHandle.ToIntPtr(self));

    public static unsafe void Detach(nint queue) => Librdkafka.NotifyWhenFilled(queue, null, 0);

    /// <summary>After every queue is detached.</summary>
    public void Dispose()
    {
        self.Free();
        bell.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFilled(nint handle, nint opaque) => ((WakeUp)GCHandle.FromIntPtr(opaque).Target!).Ring();
}
