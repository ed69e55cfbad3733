using System.Text;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Profiles as a test says they are.</summary>
internal sealed class ProfileFixtures : IProfileLookup
{
    private readonly Dictionary<(string Topology, string Visitor), byte[]> profiles = [];

    public static ProfileFixtures None { get; } = new();

    /// <summary>Reads `{ TOPOLOGY: { VISITOR: { … } } }`.</summary>
    public static ProfileFixtures Read(YamlNode? section, ProblemList problems)
    {
        ProfileFixtures read = new();
        foreach ((YamlNode topology, YamlNode visitors) in MembersOf(section, "'profiles'", problems))
        {
            foreach ((YamlNode visitor, YamlNode profile) in MembersOf(visitors, $"profiles of {YamlNode.Quote(topology.Text)}", problems))
            {
                if (MapReader.Open(profile, "a profile", problems, allowed: null) is not null)
                {
                    read.profiles[(topology.Text, visitor.Text)] = Encoding.UTF8.GetBytes(YamlJson.Text(profile));
                }
            }
        }

        return read;
    }

    public Task<byte[]?[]> LoadAsync(string topology, IReadOnlyList<byte[]> keys, CancellationToken stop) =>
        Task.FromResult<byte[]?[]>([.. keys.Select(key => profiles.GetValueOrDefault((topology, Encoding.UTF8.GetString(key))))]);

    private static IEnumerable<(YamlNode Key, YamlNode Value)> MembersOf(YamlNode? node, string what, ProblemList problems)
    {
        MapReader? map = node is null ? null : MapReader.Open(node, what, problems, allowed: null);
        return map is null ? [] : [.. map.Keys.Select(key => (key, node![key.Text]!))];
    }
}
