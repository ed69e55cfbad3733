namespace MixModeler.Streaming.Topology;

/// <summary>Names of files in the topology's folder.</summary>
internal static class RelativePath
{
    /// <summary>The name of a file that another one names, both seen from the folder; null where that leads out of it.</summary>
    public static string? Resolve(string from, string written)
    {
        if (written.StartsWith('/') || written.AsSpan().ContainsAny('\\', ':', '\0'))
        {
            return null;
        }

        List<string> parts = [.. from.Split('/')[..^1]];
        foreach (string part in written.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return parts.Count == 0 ? null : string.Join('/', parts);
    }
}
