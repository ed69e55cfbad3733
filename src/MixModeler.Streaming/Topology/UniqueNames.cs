namespace MixModeler.Streaming.Topology;

/// <summary>Names that may occur once each.</summary>
internal sealed class UniqueNames(string what, ProblemList problems)
{
    private readonly Dictionary<string, YamlNode> first = new(StringComparer.Ordinal);

    public void Add(string? name, YamlNode at)
    {
        if (name is not null && !first.TryAdd(name, at))
        {
            problems.Add(at, $"{what} '{name}' is here twice; first in {first[name].SeenFrom(at)}");
        }
    }
}
