using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Finds one problem in a file of several: a list of problems, or a map with such a list or with problems by name in it.</summary>
internal static class ProblemCollection
{
    public static YamlNode? Find(YamlNode root, string? name, ProblemList problems)
    {
        if (root.Kind == YamlKind.Map && (root["budget"] is not null || root["periods"] is not null || root["beta"] is not null))
        {
            return root;
        }

        Dictionary<string, YamlNode> found = [];
        Collect(root, "", found, 0);
        if (found.Count == 0)
        {
            return root;                          // What it lacks is said by who reads it.
        }

        if (name is not null && found.TryGetValue(name, out YamlNode? named))
        {
            return named;
        }

        string which = name is null ? "it has several problems; name one of them" : $"it has no problem {YamlNode.Quote(name)}";
        problems.Add(root, $"{which}: {string.Join(", ", found.Keys)}");
        return null;
    }

    // Three levels are what the reference file has; deeper ones are parts of problems.
    private static void Collect(YamlNode node, string key, Dictionary<string, YamlNode> found, int depth)
    {
        if (node.Kind == YamlKind.Map && node["budget"] is not null)
        {
            found.TryAdd(node["name"]?.Text ?? key, node);
        }
        else if (depth < 3)
        {
            foreach (YamlNode item in node.Items)
            {
                Collect(item, $"{found.Count + 1}", found, depth + 1);
            }

            foreach ((YamlNode name, YamlNode value) in node.Entries)
            {
                Collect(value, name.Text, found, depth + 1);
            }
        }
    }
}
