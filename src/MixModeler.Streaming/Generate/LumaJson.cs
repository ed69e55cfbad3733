using System.Buffers.Text;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Generate;

/// <summary>
/// Writes planned records as XDM, into one reused buffer. Everything random in an event comes from a stream of its own, named
/// by seed, visitor and ordinal, so a duplicate is the same bytes again.
/// </summary>
internal sealed class LumaJson(GeneratorOptions options)
{
    private const int DigitsPerHalf = 19;
    private static readonly int FlawCount = Enum.GetValues<FlawKind>().Length;

    private readonly PackedWriter record = new(2_048);
    private readonly byte[] visitorId = new byte[2 * DigitsPerHalf];
    private readonly byte[] email = new byte[64];
    private readonly UtcClockText clock = new();
    private int emailLength;
    private int visitor;

    public ReadOnlySpan<byte> Written => record.Written;

    /// <summary>38 digits: the visitor's ECID.</summary>
    public ReadOnlySpan<byte> VisitorId => visitorId;

    public void Write(in PlannedRecord planned)
    {
        RandomStream random = new(options.Seed, (ulong)planned.Visitor, RandomPurpose.Content + planned.Ordinal);
        WriteRecord(in planned, ref random, flaw: null);
    }

    /// <summary>Writes the event spoiled, under an `_id` of its own: it stands for a record that never was an event.</summary>
    public FlawKind WriteMalformed(in PlannedRecord planned)
    {
        RandomStream random = new(options.Seed, (ulong)planned.Visitor, RandomPurpose.Flaw + planned.Ordinal);
        FlawKind flaw = (FlawKind)random.Below(FlawCount);
        WriteRecord(in planned, ref random, flaw);
        switch (flaw)
        {
            case FlawKind.Truncated:
                record.Truncate(1 + random.Below(record.Length - 1));
                break;
            case FlawKind.NotAnObject:
                record.Clear();
                record.Raw(random.Below(3) switch { 0 => "[]"u8, 1 => "\"event\""u8, _ => "17"u8 });
                break;
            case FlawKind.Junk:
                WriteJunk(ref random);
                break;
        }

        return flaw;
    }

    private void WriteRecord(in PlannedRecord planned, ref RandomStream random, FlawKind? flaw)
    {
        Identify(planned.Visitor);
        record.Clear();
        if (!options.Envelope)
        {
            WriteEntity(in planned, ref random, flaw);
            return;
        }

        record.Raw("{\"header\":{\"schemaRef\":{\"id\":\"https://ns.adobe.com/luma/schemas/experience-events\","u8);
        record.Raw("\"contentType\":\"application/vnd.adobe.xed-full+json;version=1\"},\"msgId\":\""u8);
        RandomStream message = new(options.Seed, (ulong)planned.Visitor, RandomPurpose.Message + planned.Ordinal);
        WriteUuid(ref message);
        record.Raw("\",\"msgVersion\":\"1.0\",\"source\":{\"name\":\"mixmodeler generate\"},\"imsOrgId\":\"luma@AdobeOrg\"},"u8);
        record.Raw("\"body\":{\"xdmMeta\":{\"schemaRef\":{\"id\":\"https://ns.adobe.com/luma/schemas/experience-events\","u8);
        record.Raw("\"contentType\":\"application/vnd.adobe.xed-full+json;version=1\"}},\"xdmEntity\":"u8);
        WriteEntity(in planned, ref random, flaw);
        record.Raw("}}"u8);
    }

    private void WriteEntity(in PlannedRecord planned, ref RandomStream random, FlawKind? flaw)
    {
        // Which of the four required members has the wrong type.
        int wrong = flaw == FlawKind.TypeWrong ? random.Below(4) : -1;
        record.Byte((byte)'{');
        if (flaw != FlawKind.IdMissing)
        {
            record.Raw("\"_id\":\""u8);
            WriteUuid(ref random);
            record.Raw("\","u8);
            SpoilLast(wrong == 0, 39, "[1],"u8);
        }

        if (flaw != FlawKind.EventTypeMissing)
        {
            record.Raw("\"eventType\":\""u8);
            record.Raw(LumaBehavior.NameUtf8(planned.Type));
            record.Raw("\","u8);
            SpoilLast(wrong == 1, LumaBehavior.NameUtf8(planned.Type).Length + 3, "{},"u8);
        }

        if (flaw != FlawKind.TimestampMissing)
        {
            record.Raw("\"timestamp\":\""u8);
            record.Raw(flaw == FlawKind.TimestampBad ? "2026-13-45T25:61:00Z"u8 : clock.Write(planned.OccurredMs));
            record.Raw("\","u8);
            SpoilLast(wrong == 2, UtcClockText.Length + 3, "true,"u8);
        }

        record.Raw("\"producedBy\":\"databricks-synthetic\",\"eventMergeId\":null,"u8);
        if (flaw != FlawKind.IdentityMissing)
        {
            WriteIdentity(isText: wrong != 3);
        }

        if (LumaBehavior.IsEmail(planned.Type))
        {
            WriteDirectMarketing(planned.Type, ref random);
        }
        else
        {
            WriteWeb(planned.Type, ref random);
        }

        record.Byte((byte)'}');
    }

    // Puts something of another type in place of the text just written, with its quotes and comma.
    private void SpoilLast(bool spoil, int length, ReadOnlySpan<byte> instead)
    {
        if (spoil)
        {
            record.Truncate(record.Length - length);
            record.Raw(instead);
        }
    }

    private void WriteIdentity(bool isText)
    {
        if (!isText)
        {
            record.Raw("\"_luma\":{\"userid\":[]},"u8);
            return;
        }

        record.Raw("\"_luma\":{\"userid\":\""u8);
        record.Raw(visitorId);
        record.Raw("\"},"u8);
        if (options.IdentityMap)
        {
            record.Raw("\"identityMap\":{\"ECID\":[{\"id\":\""u8);
            record.Raw(visitorId);
            record.Raw("\",\"primary\":true}]},"u8);
        }
    }

    private void WriteDirectMarketing(LumaEventType type, ref RandomStream random)
    {
        record.Raw("\"directMarketing\":{"u8);
        record.Raw(type switch
        {
            LumaEventType.EmailSent => "\"sends\":{\"value\":1},\"emailDelivered\":{\"value\":1},\"hashedEmail\":\""u8,
            LumaEventType.EmailOpened => "\"opens\":{\"value\":1},\"offerOpens\":{\"value\":1}"u8,
            _ => "\"clicks\":{\"value\":1},\"offerOpens\":{\"value\":1}"u8,
        });
        if (type == LumaEventType.EmailSent)
        {
            WriteWord(10, ref random);
            record.Byte((byte)'"');
        }

        record.Raw(",\"emailVisitorID\":\""u8);
        record.Raw(email.AsSpan(0, emailLength));
        record.Raw("\",\"messageID\":\""u8);
        WriteUuid(ref random);
        record.Raw("\"}"u8);
    }

    private void WriteWeb(LumaEventType type, ref RandomStream random)
    {
        record.Raw("\"web\":{\"webPageDetails\":{\"name\":\""u8);
        WriteWord(5, ref random);
        record.Raw("\",\"URL\":\"https://luma.example/"u8);
        WriteWord(5, ref random);
        record.Raw("\",\"siteSection\":\""u8);
        WriteWord(2, ref random);
        record.Raw("\",\"isErrorPage\":false,\"pageViews\":{\"value\":1}},\"webInteraction\":{\"type\":\""u8);
        record.Raw(random.Below(3) switch { 0 => "download"u8, 1 => "exit"u8, _ => "other"u8 });
        record.Raw("\",\"region\":\""u8);
        WriteWord(5, ref random);
        record.Raw(LumaBehavior.IsClick(type) ? "\",\"linkClicks\":{\"value\":1}}"u8 : "\",\"linkClicks\":{\"value\":0}}"u8);
        record.Raw(",\"webReferrer\":{\"type\":\""u8);
        record.Raw(random.Below(8) switch
        {
            0 => "internal"u8,
            1 => "external"u8,
            2 => "search_engine"u8,
            3 => "email"u8,
            4 => "social"u8,
            5 => "unknown"u8,
            6 => "usenet"u8,
            _ => "typed_bookmarked"u8,
        });
        record.Raw("\"}}"u8);
    }

    private void WriteJunk(ref RandomStream random)
    {
        record.Clear();
        record.Byte(0xFF);    // Never occurs in UTF-8.
        int length = random.Below(200);
        for (int i = 0; i < length; i++)
        {
            byte junk = (byte)random.Next();
            record.Byte(junk is (byte)'\n' or (byte)'\r' ? (byte)0 : junk);
        }
    }

    // At most ten letters and digits out of one random number: 62¹⁰ < 2⁶⁴.
    private void WriteWord(int length, ref RandomStream random)
    {
        ReadOnlySpan<byte> alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8;
        ulong bits = random.Next();
        for (int i = 0; i < length; i++)
        {
            record.Byte(alphabet[(int)(bits % 62)]);
            bits /= 62;
        }
    }

    // A version 4 UUID of the stream's bits.
    private void WriteUuid(ref RandomStream random)
    {
        ulong high = (random.Next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000;
        ulong low = (random.Next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
        Span<byte> text = stackalloc byte[36];
        WriteHex(high >> 32, text[..8]);
        text[8] = (byte)'-';
        WriteHex(high >> 16, text[9..13]);
        text[13] = (byte)'-';
        WriteHex(high, text[14..18]);
        text[18] = (byte)'-';
        WriteHex(low >> 48, text[19..23]);
        text[23] = (byte)'-';
        WriteHex(low, text[24..36]);
        record.Raw(text);
    }

    private static void WriteHex(ulong value, Span<byte> digits)
    {
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = "0123456789abcdef"u8[(int)(value & 15)];
            value >>= 4;
        }
    }

    private void Identify(int number)
    {
        if (number == visitor)
        {
            return;
        }

        visitor = number;
        ReadOnlySpan<byte> name = "synthetic-user-"u8;
        name.CopyTo(email);
        Utf8Formatter.TryFormat(number, email.AsSpan(name.Length), out int digits);
        ReadOnlySpan<byte> domain = "@adobe.com"u8;
        domain.CopyTo(email.AsSpan(name.Length + digits));
        emailLength = name.Length + digits + domain.Length;
        Hash128 hash = Hash128.Of(email.AsSpan(0, emailLength));
        WriteHalf(hash.High, visitorId.AsSpan(0, DigitsPerHalf));
        WriteHalf(hash.Low, visitorId.AsSpan(DigitsPerHalf));
    }

    // The absolute value of the signed half; a shorter one gets the digits 0, 1, 2 … in front, as in the notebooks.
    private static void WriteHalf(ulong half, Span<byte> digits)
    {
        ulong magnitude = (long)half < 0 ? 0 - half : half;
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(magnitude, text, out int length);
        int missing = digits.Length - length;
        for (int i = 0; i < missing; i++)
        {
            // The notebooks would write "10" as the eleventh digit; a hash that short (below 10⁹) has a chance of 10⁻¹⁰.
            digits[i] = (byte)('0' + i % 10);
        }

        text[..length].CopyTo(digits[missing..]);
    }
}
