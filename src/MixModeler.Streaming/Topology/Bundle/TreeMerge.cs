namespace MixModeler.Streaming.Topology;

/// <summary>Two trees into one. Neither is changed: an overlay may be laid over a tree that is still needed.</summary>
internal sealed class TreeMerge(ProblemList problems)
{
    private const string Append = "+";

    /// <summary>Two files that are one: maps merge, lists append, and nothing else may be in both.</summary>
    public YamlNode Join(YamlNode first, YamlNode second)
    {
        List<KeyValuePair<YamlNode, YamlNode>> entries = [.. first.Entries];
        Dictionary<string, int> places = Places(entries);
        foreach ((YamlNode key, YamlNode value) in second.Entries)
        {
            if (key.Kind != YamlKind.Text || !places.TryGetValue(key.Text, out int at))
            {
                entries.Add(new(key, value));
                continue;
            }

            (YamlNode firstKey, YamlNode firstValue) = entries[at];
            if (firstValue.Kind == YamlKind.Map && value.Kind == YamlKind.Map)
            {
                entries[at] = new(firstKey, Join(firstValue, value));
            }
            else if (firstValue.Kind == YamlKind.List && value.Kind == YamlKind.List)
            {
                entries[at] = new(firstKey, Appended(firstValue, value));
            }
            else
            {
                problems.Add(key, $"{YamlNode.Quote(key.Text)} is here twice; first in {firstKey.SeenFrom(key)}");
            }
        }

        return first.With(entries);
    }

    /// <summary>
    /// What an environment changes: maps merge, anything else replaces, `key+` appends to a list and null removes.
    /// </summary>
    public YamlNode Overlay(YamlNode bottom, YamlNode top)
    {
        List<KeyValuePair<YamlNode, YamlNode>?> entries = [.. bottom.Entries];
        Dictionary<string, int> places = Places(bottom.Entries);
        Dictionary<string, YamlNode> seen = new(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in top.Entries)
        {
            if (key.Kind != YamlKind.Text)
            {
                problems.Add(key, $"the name of a member is a text; found {key.Found}");
                continue;
            }

            string name = key.Text.EndsWith(Append, StringComparison.Ordinal) ? key.Text[..^1] : key.Text;
            if (!seen.TryAdd(name, key))
            {
                problems.Add(key, $"{YamlNode.Quote(name)} is here twice; first in {seen[name].SeenFrom(key)}");
                continue;
            }

            KeyValuePair<YamlNode, YamlNode>? below = places.TryGetValue(name, out int at) ? entries[at] : null;
            if (Laid(key, name, value, below?.Value, places.Keys) is not YamlNode laid)
            {
                if (below is not null && value.IsNothing)
                {
                    entries[at] = null;
                }
            }
            else if (below is not null)
            {
                entries[at] = new(laid.Kind == YamlKind.Map || name != key.Text ? below.Value.Key : key, laid);
            }
            else
            {
                entries.Add(new(name == key.Text ? key : new YamlNode(YamlKind.Text, key.Place) { Text = name }, laid));
            }
        }

        return bottom.With(entries.Where(entry => entry is not null).Select(entry => entry!.Value));
    }

    // Null where nothing comes of it: a removal, or a problem.
    private YamlNode? Laid(YamlNode key, string name, YamlNode value, YamlNode? below, IEnumerable<string> allowed)
    {
        if (name != key.Text)
        {
            if (value.Kind != YamlKind.List || (below is not null && below.Kind != YamlKind.List))
            {
                problems.Add(key, $"{YamlNode.Quote(key.Text)} appends a list to a list; found {value.Found} for {below?.Found ?? "nothing"}");
                return null;
            }

            return below is null ? value : Appended(below, value);
        }

        if (value.IsNothing)
        {
            if (value.Text.Length == 0)
            {
                problems.Add(value, $"{YamlNode.Quote(name)} has no value: null removes it");
            }
            else if (below is null && !problems.IsFull)
            {
                string nearest = NearestName.Of(name, allowed) is string meant ? $"; did you mean '{meant}'?" : "";
                problems.Add(key, $"there is no {YamlNode.Quote(name)} to remove{nearest}");
            }

            return null;
        }

        // A map over something else too: what appends and removes inside of it must not stay.
        return value.Kind == YamlKind.Map ? Overlay(below?.Kind == YamlKind.Map ? below : value.With([]), value) : value;
    }

    private static YamlNode Appended(YamlNode first, YamlNode second)
    {
        YamlNode list = new(YamlKind.List, first.Place);
        list.Items.AddRange(first.Items);
        list.Items.AddRange(second.Items);
        return list;
    }

    private static Dictionary<string, int> Places(List<KeyValuePair<YamlNode, YamlNode>> entries)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Key.Kind == YamlKind.Text)
            {
                places.TryAdd(entries[i].Key.Text, i);
            }
        }

        return places;
    }
}
