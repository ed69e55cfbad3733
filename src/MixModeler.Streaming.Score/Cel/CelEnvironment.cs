namespace MixModeler.Streaming.Score.Cel;

/// <summary>
/// What an expression may name. Each variable has a slot; a record has one for each of its fields, side by side, so that
/// `event.amount` reads a slot and looks nothing up.
/// </summary>
public sealed class CelEnvironment
{
    private readonly Dictionary<string, CelVariable> variables = new(StringComparer.Ordinal);

    /// <summary>How many slots <see cref="CelProgram.Evaluate"/> is handed.</summary>
    public int SlotCount { get; private set; }

    /// <summary>
    /// Whether types that can never fit are problems (they are). Without, such an expression is compiled and gives an error
    /// when it is evaluated: what the language does when its check is left out.
    /// </summary>
    public bool IsChecked { get; init; } = true;

    /// <summary>Every declared name, in order.</summary>
    public IEnumerable<string> Names => variables.Keys.Order(StringComparer.Ordinal);

    /// <summary>Declares a variable; its name may have dots. Returns its slot, of a record its first.</summary>
    public int Declare(string name, CelType type)
    {
        int slot = SlotCount;
        variables.Add(name, new CelVariable(type, slot));
        SlotCount += SlotsOf(type);
        return slot;
    }

    /// <summary>Declares a record variable: field k is in slot first + k (a field that is a record itself takes as many as it has).</summary>
    public int DeclareRecord(string name, params ReadOnlySpan<CelField> fields) => Declare(name, CelType.RecordOf(fields));

    /// <summary>A second name for a record's field, read from the same slot.</summary>
    public void DeclareAlias(string name, string record, string field)
    {
        CelVariable whole = variables[record];
        CelType type = whole.Type.Fields.First(declared => declared.Name == field).Type;
        variables.TryAdd(name, new CelVariable(type, FieldSlot(whole.Type, whole.Slot, field)));
    }

    /// <summary>The slot of a variable or, with dots, of a record's field; -1 where there is none.</summary>
    public int SlotOf(string path)
    {
        if (variables.TryGetValue(path, out CelVariable? whole))
        {
            return whole.Slot;
        }

        for (int dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (variables.TryGetValue(path[..dot], out CelVariable? variable))
            {
                return FieldSlot(variable.Type, variable.Slot, path[(dot + 1)..]);
            }
        }

        return -1;
    }

    internal bool TryGet(string name, out CelVariable variable)
    {
        bool isDeclared = variables.TryGetValue(name, out CelVariable? found);
        variable = found!;
        return isDeclared;
    }

    internal static int SlotsOf(CelType type)
    {
        if (type.Kind != CelKind.Record)
        {
            return 1;
        }

        int slots = 0;
        foreach (CelField field in type.Fields)
        {
            slots += SlotsOf(field.Type);
        }

        return slots;
    }

    private static int FieldSlot(CelType record, int slot, string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        string name = dot < 0 ? path : path[..dot];
        foreach (CelField field in record.Fields)
        {
            if (field.Name == name)
            {
                return dot < 0 ? slot : FieldSlot(field.Type, slot, path[(dot + 1)..]);
            }

            slot += SlotsOf(field.Type);
        }

        return -1;
    }
}

/// <summary>A declared name with the first of its slots.</summary>
internal sealed record CelVariable(CelType Type, int Slot);
