namespace MixModeler.Streaming.Topology.Diff;

/// <summary>The verdicts on nodes and audiences: what has the same identity in both versions keeps its state.</summary>
/// <param name="add">Takes a verdict that changes something: name, kind, verdict, reason, loss.</param>
/// <param name="keep">Takes what stays, with a note or nothing.</param>
internal sealed class DeclaredVerdicts(Action<string, OperatorKind, Verdict, string, string?> add, Action<string, OperatorKind, string> keep)
{
    public void Add(IReadOnlyList<DeclaredOperator> before, IReadOnlyList<DeclaredOperator> after)
    {
        // By name first: two nodes may well do the same, and each then keeps its own.
        List<DeclaredOperator> left = [.. before];
        foreach (DeclaredOperator node in after)
        {
            DeclaredOperator? same = left.Find(each => each.Identity == node.Identity && each.Name == node.Name)
                ?? left.Find(each => each.Identity == node.Identity && !after.Any(other => other.Name == each.Name));
            DeclaredOperator? namesake = same is null ? left.Find(each => each.Name == node.Name && each.Kind == node.Kind) : null;
            left.Remove((same ?? namesake)!);
            if (same is not null && same.Definition != node.Definition)
            {
                Redefine(node);
            }
            else if (same is not null)
            {
                keep(node.Name, node.Kind, same.Name == node.Name ? "" : $"was '{same.Name}'");
            }
            else if (namesake is not null)
            {
                Change(node, namesake);
            }
            else
            {
                AddNew(node, before);
            }
        }

        foreach (DeclaredOperator gone in left)
        {
            // Who is in an audience follows from what else is kept: nothing is lost but the word that they have left.
            bool isAudience = gone.Kind == OperatorKind.Audience;
            string reason = isAudience ? "is not in the new version: nobody is told to have left it" : "is not in the new version";
            add(gone.Name, gone.Kind, Verdict.Drop, reason, gone.HasState && !isAudience ? $"what '{gone.Name}' holds goes" : null);
        }
    }

    private void Redefine(DeclaredOperator node)
    {
        if (node.Kind == OperatorKind.Audience)
        {
            add(node.Name, node.Kind, Verdict.Migrate, "its predicate changed: visitors enter and leave it at their next events", null);
        }
        else
        {
            add(node.Name, node.Kind, Verdict.Keep, "answers failures otherwise", null);
        }
    }

    private void Change(DeclaredOperator node, DeclaredOperator before)
    {
        const string Changed = "it, or what stands before it, is declared otherwise";
        if (!node.HasState)
        {
            add(node.Name, node.Kind, Verdict.Replace, Changed, null);
        }
        else if (node.IsRebuilt)
        {
            add(node.Name, node.Kind, Verdict.Rebuild, $"{Changed}: made from the retained log", null);
        }
        else
        {
            string? loss = before.HasState ? $"what '{node.Name}' holds goes: behind a key-by nothing is made from the log" : null;
            add(node.Name, node.Kind, Verdict.Add, $"{Changed}: begins with nothing", loss);
        }
    }

    private void AddNew(DeclaredOperator node, IReadOnlyList<DeclaredOperator> before)
    {
        if (node.Keeper != 0 && before.Any(each => each.Keeper == node.Keeper))
        {
            add(node.Name, node.Kind, Verdict.Add, "is new: visitors enter it at their next events", null);
        }
        else if (node is { HasState: true, IsRebuilt: true })
        {
            add(node.Name, node.Kind, Verdict.Rebuild, "is new: made from the retained log", null);
        }
        else
        {
            add(node.Name, node.Kind, Verdict.Add, node.HasState ? "is new: begins with nothing" : "is new", null);
        }
    }
}
