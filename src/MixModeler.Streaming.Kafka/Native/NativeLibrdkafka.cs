using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Kafka.Native;

/// <summary>
/// Finds librdkafka for Confluent.Kafka and for the embedded broker: where MIXMODELER_LIBRDKAFKA says, in the cache that
/// eng/setup fills, then wherever the system has one.
/// </summary>
public static class NativeLibrdkafka
{
    /// <summary>What eng/setup builds; the patch level counts changes to eng/librdkafka-mock.patch.</summary>
    public const string CachedFileName = "librdkafka-2.15.1-p2.so";

    private const string Name = "librdkafka";

    private static readonly Lazy<nint> Library = new(LoadOnce);

    /// <summary>Loads the library, once per process. Everything here that creates a client calls it first.</summary>
    /// <exception cref="DllNotFoundException">With one sentence that says what to do.</exception>
    public static void Load() => _ = Library.Value;

    private static nint LoadOnce()
    {
        nint library = Open(Candidates());
        CheckVersion(library);

        // The same handle for every import of either assembly; other libraries keep the default search.
        nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
            name.StartsWith(Name, StringComparison.Ordinal) ? library : 0;
        NativeLibrary.SetDllImportResolver(typeof(NativeLibrdkafka).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, Resolve);
        return library;
    }

    private static nint Open(List<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint library))
            {
                return library;
            }
        }

        return Missing(candidates);

        [DoesNotReturn]
        static nint Missing(List<string> candidates) => throw new DllNotFoundException(
            $"librdkafka is missing: run `eng/setup run`, which builds it (looked for {string.Join(", ", candidates)}).");
    }

    private static List<string> Candidates()
    {
        List<string> candidates = [];
        if (Environment.GetEnvironmentVariable("MIXMODELER_LIBRDKAFKA") is { Length: > 0 } path)
        {
            candidates.Add(path);
        }

        candidates.Add(Path.Combine(CacheFolder(), CachedFileName));
        candidates.Add("librdkafka.so.1");
        candidates.Add(Name);
        return candidates;
    }

    // Keep in step with eng/setup.
    private static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("MIXMODELER_CACHE") is { Length: > 0 } ours)
        {
            return ours;
        }

        string caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : "/tmp", ".cache");
        return Path.Combine(caches, "mixmodeler");
    }

    // An older library lacks entry points that the managed package calls, and would fail later and less clearly.
    private static unsafe void CheckVersion(nint library)
    {
        var version = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "rd_kafka_version");
        int packed = version();
        Version native = new(packed >> 24, (packed >> 16) & 0xff, (packed >> 8) & 0xff);
        Version managed = typeof(Confluent.Kafka.Library).Assembly.GetName().Version!;
        if (native.Major != managed.Major || native.Minor != managed.Minor)
        {
            throw new DllNotFoundException(
                $"librdkafka {native} does not fit Confluent.Kafka {managed.ToString(3)}: run `eng/setup run`, or point MIXMODELER_LIBRDKAFKA at {managed.ToString(3)}.");
        }
    }
}
