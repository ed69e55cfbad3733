using System.Text;
using System.Text.Unicode;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize;

/// <summary>One dimension's mapping, compiled: asked once for each combination of values, never once for each event.</summary>
internal sealed class DimensionRule
{
    /// <summary>A longer text is no name of anything; it would stand in keys and in memory.</summary>
    public const int TextBytesMax = 1_024;

    private readonly Case[] cases;
    private readonly Source otherwise;
    private readonly byte[][] known;

    public DimensionRule(DimensionMapping mapping, RecordFields fields)
    {
        Field = mapping.Field;
        cases =
        [
            .. mapping.Cases.Select(one => new Case(
                one.IsAll, [.. one.Conditions.Select(condition => new Condition(condition, fields.SlotOf(condition.Path)))], SourceOf(one.Then, fields))),
        ];
        otherwise = SourceOf(mapping.Otherwise, fields);
        known = [.. mapping.Known.Select(Encoding.UTF8.GetBytes)];
        Slots =
        [
            .. cases.SelectMany(one => one.Conditions.Select(condition => condition.Slot).Append(one.Then.Slot)).Append(otherwise.Slot)
                .Where(slot => slot >= 0),
        ];
    }

    public string Field { get; }

    /// <summary>All that the outcome depends on.</summary>
    public int[] Slots { get; }

    /// <param name="fields">Of the record.</param>
    /// <param name="value">What the dimension is, in UTF-8; empty is Null.</param>
    /// <param name="detail">What is wrong, if anything is.</param>
    /// <param name="cause">The value that is not known.</param>
    public DatasetReason Evaluate(RecordFields fields, out ReadOnlySpan<byte> value, out string? detail, out QuarantineCause? cause)
    {
        cause = null;
        Source source = otherwise;
        foreach (Case one in cases)
        {
            if (one.Holds(fields))
            {
                source = one.Then;
                break;
            }
        }

        value = [];
        detail = null;
        if (source.Slot < 0)
        {
            value = source.Constant;
        }
        else if (fields.Exists(source.Slot))
        {
            if (!fields.HasText(source.Slot))
            {
                detail = $"'{fields.Path(source.Slot)}' is mapped to '{Field}': it must be a text, a number or a boolean.";
                return DatasetReason.WrongType;
            }

            value = fields.Text(source.Slot);
            if (value.Length > TextBytesMax || !Utf8.IsValid(value))
            {
                detail = $"'{fields.Path(source.Slot)}' is mapped to '{Field}': it must be UTF-8 of at most {TextBytesMax} bytes.";
                return DatasetReason.WrongType;
            }
        }

        if (known.Length > 0 && value.Length > 0 && !IsKnown(value))
        {
            cause = new QuarantineCause(Field, source.Slot < 0 ? "" : fields.Path(source.Slot), Encoding.UTF8.GetString(value));
            string path = source.Slot < 0 ? "a constant" : $"path {cause.Path}";
            detail = $"field {Field}, {path}, value '{cause.Value}' is not one of the known values";
            return DatasetReason.UnknownValue;
        }

        return DatasetReason.None;
    }

    private bool IsKnown(ReadOnlySpan<byte> value)
    {
        foreach (byte[] one in known)
        {
            if (value.SequenceEqual(one))
            {
                return true;
            }
        }

        return false;
    }

    private static Source SourceOf(MappingValue value, RecordFields fields) =>
        value.IsField ? new Source(fields.SlotOf(value.Text), []) : new Source(-1, Encoding.UTF8.GetBytes(value.Text));

    private readonly record struct Source(int Slot, byte[] Constant);

    private sealed record Case(bool IsAll, Condition[] Conditions, Source Then)
    {
        public bool Holds(RecordFields fields)
        {
            foreach (Condition condition in Conditions)
            {
                if (condition.Holds(fields) != IsAll)
                {
                    return !IsAll;
                }
            }

            return IsAll;
        }
    }

    private sealed class Condition(MappingCondition condition, int slot)
    {
        private readonly byte[][] values = [.. condition.Values.Select(Encoding.UTF8.GetBytes)];

        public int Slot => slot;

        public bool Holds(RecordFields fields) => condition.Operator switch
        {
            ConditionOperator.Exists => fields.Exists(slot),
            ConditionOperator.NotExists => !fields.Exists(slot),
            ConditionOperator.NotContains or ConditionOperator.NotEquals => !Any(fields),
            _ => Any(fields),
        };

        // What has no text answers no question about texts.
        private bool Any(RecordFields fields)
        {
            if (!fields.HasText(slot))
            {
                return false;
            }

            ReadOnlySpan<byte> text = fields.Text(slot);
            foreach (byte[] value in values)
            {
                bool holds = condition.Operator switch
                {
                    ConditionOperator.Contains or ConditionOperator.NotContains => text.IndexOf(value) >= 0,
                    ConditionOperator.StartsWith => text.StartsWith(value),
                    ConditionOperator.EndsWith => text.EndsWith(value),
                    _ => text.SequenceEqual(value),
                };
                if (holds)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
