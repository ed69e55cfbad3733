using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Tests;

/// <summary>
/// What the calling thread itself has computed, for bounds on work: beside others on a busy machine the clock on the wall goes on
/// while the thread waits for its turn. Where the kernel does not tell, it is the wall clock after all.
/// </summary>
internal static partial class CpuTime
{
    private const int OfThisThread = 3;           // CLOCK_THREAD_CPUTIME_ID of Linux

    public static TimeSpan Now
    {
        get
        {
            if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && ReadClock(OfThisThread, out TimeSpec time) == 0)
            {
                return TimeSpan.FromTicks(time.Seconds * TimeSpan.TicksPerSecond + time.Nanoseconds / TimeSpan.NanosecondsPerTick);
            }

            return Stopwatch.GetElapsedTime(0);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ReadClock(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
