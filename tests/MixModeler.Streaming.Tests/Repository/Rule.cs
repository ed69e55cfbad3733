namespace MixModeler.Streaming.Tests.Repository;

/// <summary>A rule of this repository, with everybody who breaks it in one message.</summary>
internal static class Rule
{
    public static void Holds(string rule, IEnumerable<string> offenders)
    {
        string[] all = [.. offenders.Order(StringComparer.Ordinal)];
        Assert.True(all.Length == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }
}
