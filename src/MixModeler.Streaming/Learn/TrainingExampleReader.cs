using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Reads training examples strictly: what is there must be right. Features are found by name, so a log written under another
/// schema can be read: unknown ones are ignored, missing ones stand for "never" or 0, and both are counted. Owned by one thread.
/// </summary>
public sealed class TrainingExampleReader
{
    private readonly FeatureSchema schema;
    private readonly byte[][] names;
    private readonly (byte[] Name, int Feature)[] formerNames;
    private readonly Seen[] seen;

    private string detail = "";

    private enum Seen : byte
    {
        Not,
        UnderItsName,
        UnderAFormerName,
    }

    private ref struct Members
    {
        public bool LabelId;
        public bool Visitor;
        public bool At;
        public bool Label;
        public bool Origin;
        public bool Features;
    }

    public TrainingExampleReader(FeatureSchema schema)
        : this(schema, [])
    {
    }

    /// <summary>
    /// Knows features by names of earlier versions too. Who finds a feature under both has an older record, in which the present
    /// name meant something else.
    /// </summary>
    internal TrainingExampleReader(FeatureSchema schema, IEnumerable<FormerName> formerNames)
    {
        this.formerNames = [.. formerNames.Select(former => (Encoding.UTF8.GetBytes(former.Name), former.Feature))];
        this.schema = schema;
        names = [.. schema.Features.Select(feature => Encoding.UTF8.GetBytes(feature.Name))];
        seen = new Seen[names.Length];
    }

    /// <summary>False with the refusal when the record is not a training example; the values are then undefined.</summary>
    public bool TryRead(ReadOnlySpan<byte> json, Span<double> values, out TrainingExample example, out ExampleRefusal refusal)
    {
        ExampleRejection rejection;
        detail = "";
        example = default;
        try
        {
            rejection = Read(json, values, ref example);
        }
        catch (JsonException malformed)
        {
            // The reader of the box reports malformed text by exception only. It is rare: nobody but us writes this topic.
            rejection = ExampleRejection.JsonMalformed;
            detail = malformed.Message;
        }

        refusal = new ExampleRefusal(rejection, detail);
        return rejection == ExampleRejection.None;
    }

    private ExampleRejection Read(ReadOnlySpan<byte> json, Span<double> values, ref TrainingExample example)
    {
        Utf8JsonReader reader = new(json);
        Members have = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return Refuse(ExampleRejection.JsonMalformed, "not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ExampleRejection found = ReadMember(ref reader, ref have, values, ref example);
            if (found != ExampleRejection.None)
            {
                return found;
            }
        }

        // Reads on: text after the object is malformed, and the reader says so.
        reader.Read();
        string? missing =
            !have.Visitor ? "visitor" : !have.At ? "at" : !have.Label ? "label" : !have.Origin ? "origin" : !have.Features ? "features" : null;
        return missing == null ? ExampleRejection.None : Refuse(ExampleRejection.MemberMissing, missing);
    }

    private ExampleRejection ReadMember(ref Utf8JsonReader reader, ref Members have, Span<double> values, ref TrainingExample example)
    {
        if (reader.ValueTextEquals("visitor"u8))
        {
            return Once(ref have.Visitor, "visitor") ?? ReadVisitor(ref reader);
        }

        if (reader.ValueTextEquals("at"u8))
        {
            return Once(ref have.At, "at") ?? ReadTime(ref reader, ref example);
        }

        if (reader.ValueTextEquals("label"u8))
        {
            return Once(ref have.Label, "label") ?? ReadLabel(ref reader, ref example);
        }

        if (reader.ValueTextEquals("labelId"u8))
        {
            return Once(ref have.LabelId, "labelId") ?? ReadLabelId(ref reader, ref example);
        }

        if (reader.ValueTextEquals("origin"u8))
        {
            return Once(ref have.Origin, "origin") ?? ReadOrigin(ref reader, ref example);
        }

        if (reader.ValueTextEquals("features"u8))
        {
            return Once(ref have.Features, "features") ?? ReadFeatures(ref reader, values, ref example);
        }

        reader.Skip();
        return ExampleRejection.None;
    }

    private ExampleRejection ReadVisitor(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty
            ? ExampleRejection.None
            : Refuse(ExampleRejection.VisitorInvalid, "visitor is not a text with at least one character");
    }

    private ExampleRejection ReadTime(ref Utf8JsonReader reader, ref TrainingExample example)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || !Rfc3339.TryParse(reader.ValueSpan, out long atMs))
        {
            return Refuse(ExampleRejection.TimeInvalid, "at is not an RFC 3339 time");
        }

        example = example with { AtMs = atMs };
        return ExampleRejection.None;
    }

    private ExampleRejection ReadLabel(ref Utf8JsonReader reader, ref TrainingExample example)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int label) || label is not (0 or 1))
        {
            return Refuse(ExampleRejection.LabelInvalid, "label is neither 0 nor 1");
        }

        example = example with { Label = label == 1 };
        return ExampleRejection.None;
    }

    private ExampleRejection ReadLabelId(ref Utf8JsonReader reader, ref TrainingExample example)
    {
        reader.Read();
        uint id = 0;
        bool read = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == 8
            && Utf8Parser.TryParse(reader.ValueSpan, out id, out int used, 'x') && used == 8;
        example = example with { LabelId = id };
        return read ? ExampleRejection.None : Refuse(ExampleRejection.LabelIdInvalid, "labelId is not a text of 8 hex digits");
    }

    private ExampleRejection ReadOrigin(ref Utf8JsonReader reader, ref TrainingExample example)
    {
        long partition = -1;
        long offset = -1;
        long ordinal = -1;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Refuse(ExampleRejection.OriginInvalid, "origin is not an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool sound =
                reader.ValueTextEquals("partition"u8) ? ReadCount(ref reader, ref partition, int.MaxValue)
                : reader.ValueTextEquals("offset"u8) ? ReadCount(ref reader, ref offset, long.MaxValue)
                : !reader.ValueTextEquals("ordinal"u8) || ReadCount(ref reader, ref ordinal, int.MaxValue);
            if (!sound)
            {
                return Refuse(ExampleRejection.OriginInvalid, "a part of origin is given twice or is not a whole number from 0 up");
            }

            reader.Skip();
        }

        if (partition < 0 || offset < 0 || ordinal < 0)
        {
            return Refuse(ExampleRejection.OriginInvalid, "origin lacks partition, offset or ordinal");
        }

        example = example with { Origin = new Origin((int)partition, offset, (int)ordinal) };
        return ExampleRejection.None;
    }

    private ExampleRejection ReadFeatures(ref Utf8JsonReader reader, Span<double> values, ref TrainingExample example)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Refuse(ExampleRejection.FeatureInvalid, "features is not an object");
        }

        Array.Clear(seen);
        int unknown = 0;
        int known = 0;
        int expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int feature = Find(ref reader, expected, out bool isFormer);
            if (feature < 0 || (seen[feature] == Seen.UnderAFormerName && !isFormer))
            {
                unknown++;
                reader.Skip();
                continue;
            }

            expected = feature + 1;
            known += seen[feature] == Seen.Not ? 1 : 0;
            if (seen[feature] == Seen.UnderItsName && !isFormer)
            {
                return Refuse(ExampleRejection.MemberRepeated, schema.Features[feature].Name);
            }

            seen[feature] = isFormer ? Seen.UnderAFormerName : Seen.UnderItsName;
            reader.Read();
            if (!TryReadValue(ref reader, feature, out values[feature]))
            {
                return Refuse(ExampleRejection.FeatureInvalid, $"{schema.Features[feature].Name} is not a number that this feature can have");
            }
        }

        for (int i = 0; i < seen.Length; i++)
        {
            if (seen[i] == Seen.Not)
            {
                values[i] = Never(i);
            }
        }

        example = example with { FeaturesMissing = seen.Length - known, FeaturesUnknown = unknown };
        return ExampleRejection.None;
    }

    // In the schema's order each name is found at the first try.
    private int Find(ref Utf8JsonReader reader, int expected, out bool isFormer)
    {
        isFormer = false;
        if (expected < names.Length && reader.ValueTextEquals(names[expected]))
        {
            return expected;
        }

        for (int i = 0; i < names.Length; i++)
        {
            if (reader.ValueTextEquals(names[i]))
            {
                return i;
            }
        }

        isFormer = true;
        foreach ((byte[] name, int feature) in formerNames)
        {
            if (reader.ValueTextEquals(name))
            {
                return feature;
            }
        }

        return -1;
    }

    private bool TryReadValue(ref Utf8JsonReader reader, int feature, out double value)
    {
        value = Never(feature);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out value) || !double.IsFinite(value))
        {
            return false;
        }

        // Counts and minutes are never below zero; a decayed sum may be.
        return value >= 0 || schema.Features[feature].Kind == FeatureKind.DecayedSum;
    }

    private double Never(int feature) => schema.Features[feature].Kind == FeatureKind.MinutesSince ? double.NaN : 0;

    private static bool ReadCount(ref Utf8JsonReader reader, ref long value, long max)
    {
        reader.Read();
        return value < 0 && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value) && value >= 0 && value <= max;
    }

    private ExampleRejection? Once(ref bool have, string member)
    {
        if (have)
        {
            return Refuse(ExampleRejection.MemberRepeated, member);
        }

        have = true;
        return null;
    }

    private ExampleRejection Refuse(ExampleRejection rejection, string what)
    {
        detail = what;
        return rejection;
    }
}
