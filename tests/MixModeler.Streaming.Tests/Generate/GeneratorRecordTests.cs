using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Generate;

namespace MixModeler.Streaming.Tests.Generate;

public sealed class GeneratorRecordTests
{
    private static readonly string[] Required = ["_id", "timestamp", "eventType"];

    private sealed record Read(string Key, string Value, RecordKind Kind, LumaEventType Type, long OccurredMs, long DeliveredMs, FlawKind? Flaw);

    [Fact]
    public void Every_record_of_a_clean_run_is_an_event_with_what_events_need()
    {
        HashSet<string> ids = [];
        foreach (Read record in All(new GeneratorOptions { Users = 1_000, Seed = 2 }))
        {
            using JsonDocument document = JsonDocument.Parse(record.Value);
            JsonElement root = document.RootElement;
            Assert.True(Guid.TryParseExact(root.GetProperty("_id").GetString(), "D", out _));
            Assert.True(ids.Add(root.GetProperty("_id").GetString()!), "an _id came twice");
            Assert.Equal(LumaBehavior.Of(record.Type).Name, root.GetProperty("eventType").GetString());
            DateTimeOffset at = DateTimeOffset.ParseExact(
                root.GetProperty("timestamp").GetString()!, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            Assert.Equal(record.OccurredMs, at.ToUnixTimeMilliseconds());
            Assert.Equal(record.Key, root.GetProperty("_luma").GetProperty("userid").GetString());
            Assert.Matches("^[0-9]{38}$", record.Key);
            Assert.Equal("databricks-synthetic", root.GetProperty("producedBy").GetString());
            Assert.Equal(JsonValueKind.Null, root.GetProperty("eventMergeId").ValueKind);
            CheckBody(root, record.Type);
        }
    }

    [Fact]
    public void An_event_is_some_400_bytes_long()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 500 });
        while (generator.TryNext(out _))
        {
        }

        Assert.InRange((double)generator.Totals.Bytes / generator.Totals.Records, 380, 460);
    }

    // Worked out by an independent implementation of the hash; the second has a half of two digits fewer.
    [Theory]
    [InlineData(1, "44374898228205339298610925033739667178")]
    [InlineData(2, "67396235620673693637573504396559709905")]
    [InlineData(1629, "01233926342980873348653098413940454277")]
    public void A_visitor_s_id_is_made_of_the_two_halves_of_a_hash(int visitor, string expected)
    {
        LumaJson json = new(new GeneratorOptions());
        json.Write(new PlannedRecord(0, 0, visitor, 0, LumaEventType.EmailSent, RecordKind.OnTime));

        Assert.Equal(expected, Encoding.ASCII.GetString(json.VisitorId));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_on_every_machine()
    {
        // Pinned: if this changes, every documented figure and every sample made with a seed changes with it.
        Assert.Equal(PinnedHash, HashOf(new GeneratorOptions { Users = 2_000, Seed = 7 }));
        Assert.NotEqual(PinnedHash, HashOf(new GeneratorOptions { Users = 2_000, Seed = 8 }));
    }

    private const string PinnedHash = "f9f5f70344adeb57551746fc241a4c5fedf9015478f624a0611c3d9b2249913c";

    [Fact]
    public void Rewinding_repeats_the_run()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 50, MalformedShare = 0.1 });
        List<Read> first = ReadAll(generator);
        generator.Rewind();

        Assert.Equal(first, ReadAll(generator));
        Assert.Equal(first.Count, generator.Totals.Records);
    }

    [Fact]
    public void A_visitor_lives_the_same_life_however_many_others_there_are()
    {
        List<Read> few = All(new GeneratorOptions { Users = 20, Seed = 5 });
        HashSet<string> visitors = [.. few.Select(record => record.Key)];

        Assert.Equal(few, All(new GeneratorOptions { Users = 200, Seed = 5 }).Where(record => visitors.Contains(record.Key)));
    }

    [Fact]
    public void Records_come_in_the_order_of_time_and_within_the_window_s_reach()
    {
        DateTimeOffset start = new(2031, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));
        List<Read> records = All(new GeneratorOptions { Users = 1_000, Start = start });

        Assert.All(records, record => Assert.Equal(record.OccurredMs, record.DeliveredMs));
        Assert.Equal(records.Select(record => record.OccurredMs).Order(), records.Select(record => record.OccurredMs));
        Assert.InRange(records[0].OccurredMs, start.ToUnixTimeMilliseconds(), start.AddDays(1).ToUnixTimeMilliseconds());
        // E-mails are opened a day after they were sent on average; a hundred days after the window's end would be a bug.
        Assert.InRange(records[^1].OccurredMs, start.AddDays(69).ToUnixTimeMilliseconds(), start.AddDays(100).ToUnixTimeMilliseconds());
    }

    [Fact]
    public void The_envelope_holds_the_very_same_event()
    {
        GeneratorOptions options = new() { Users = 100, Seed = 4 };
        List<Read> bare = All(options);
        List<Read> wrapped = All(options with { Envelope = true });

        Assert.Equal(bare.Count, wrapped.Count);
        for (int i = 0; i < bare.Count; i++)
        {
            using JsonDocument document = JsonDocument.Parse(wrapped[i].Value);
            JsonElement header = document.RootElement.GetProperty("header");
            Assert.Equal("1.0", header.GetProperty("msgVersion").GetString());
            Assert.True(Guid.TryParse(header.GetProperty("msgId").GetString(), out _));
            Assert.Equal(
                header.GetProperty("schemaRef").GetRawText(),
                document.RootElement.GetProperty("body").GetProperty("xdmMeta").GetProperty("schemaRef").GetRawText());
            Assert.Equal(bare[i].Value, document.RootElement.GetProperty("body").GetProperty("xdmEntity").GetRawText());
        }
    }

    [Fact]
    public void The_identity_map_names_the_same_visitor()
    {
        foreach (Read record in All(new GeneratorOptions { Users = 20, IdentityMap = true }))
        {
            using JsonDocument document = JsonDocument.Parse(record.Value);
            JsonElement identity = Assert.Single(document.RootElement.GetProperty("identityMap").GetProperty("ECID").EnumerateArray());
            Assert.Equal(record.Key, identity.GetProperty("id").GetString());
            Assert.True(identity.GetProperty("primary").GetBoolean());
        }
    }

    [Fact]
    public void Asking_for_disturbances_leaves_the_events_as_they_were()
    {
        GeneratorOptions clean = new() { Users = 300, Seed = 6 };
        List<Read> disturbed = All(clean with { LateShare = 0.1, TooLateShare = 0.05, DuplicateShare = 0.1, MalformedShare = 0.1 });

        Assert.Equal(
            All(clean).Select(record => record.Value).Order(StringComparer.Ordinal),
            disturbed.Where(record => record.Kind is RecordKind.OnTime or RecordKind.Late or RecordKind.TooLate)
                .Select(record => record.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Shares_are_what_was_asked_for()
    {
        LumaGenerator generator = new(new GeneratorOptions
        {
            Users = 5_000, Seed = 9, LateShare = 0.05, TooLateShare = 0.01, DuplicateShare = 0.03, MalformedShare = 0.02,
        });
        List<Read> records = ReadAll(generator);
        GeneratorTotals totals = generator.Totals;

        Assert.Equal(generator.RecordCount, records.Count);
        Assert.Equal(totals.Records, totals.Events + totals.Duplicates + totals.Malformed);
        Assert.Equal(totals.Events, totals.EventsByType.Values.Sum());
        Assert.Equal(totals.Malformed, totals.MalformedByFlaw.Values.Sum());
        CheckShare(totals.Late, 0.05);
        CheckShare(totals.TooLate, 0.01);
        CheckShare(totals.Duplicates, 0.03 * 0.99);       // Not of those that are too late anyway.
        CheckShare(totals.Malformed, 0.02);

        void CheckShare(long count, double share)
        {
            double error = Math.Sqrt(share * (1 - share) / totals.Events);
            Assert.InRange((double)count / totals.Events, share - 4 * error, share + 4 * error);
        }
    }

    [Fact]
    public void Late_events_stay_within_the_lateness_and_too_late_ones_beyond()
    {
        List<Read> records = All(new GeneratorOptions { Users = 1_000, LateShare = 0.2, TooLateShare = 0.1, DuplicateShare = 0.2 });
        const long HourMs = 3_600_000;

        Assert.Equal(records.Select(record => record.DeliveredMs).Order(), records.Select(record => record.DeliveredMs));
        Assert.All(records, record =>
        {
            (long min, long max) = record.Kind switch
            {
                RecordKind.OnTime => (0L, 0L),
                RecordKind.Late => (1L, 12 * HourMs),
                RecordKind.Duplicate => (1L, 18 * HourMs),
                _ => (25 * HourMs, 48 * HourMs),
            };
            Assert.InRange(record.DeliveredMs - record.OccurredMs, min, max);
        });
    }

    [Fact]
    public void A_duplicate_is_the_same_bytes_again_and_later()
    {
        Dictionary<string, long> seen = [];
        int duplicates = 0;
        foreach (Read record in All(new GeneratorOptions { Users = 1_000, LateShare = 0.1, DuplicateShare = 0.1 }))
        {
            if (record.Kind == RecordKind.Duplicate)
            {
                duplicates++;
                Assert.InRange(record.DeliveredMs - seen[record.Value], 1, 6 * 3_600_000);
            }
            else
            {
                seen.Add(record.Value, record.DeliveredMs);
            }
        }

        Assert.InRange(duplicates, 900, 1_300);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_malformed_record_is_malformed_in_the_way_it_says(bool envelope)
    {
        HashSet<FlawKind> seen = [];
        foreach (Read record in All(new GeneratorOptions { Users = 200, MalformedShare = 1, Envelope = envelope, IdentityMap = true }))
        {
            if (record.Flaw is FlawKind flaw)
            {
                seen.Add(flaw);
                Assert.DoesNotContain('\n', record.Value);
                Assert.DoesNotContain('\r', record.Value);
                Assert.Equal(Expected(flaw), FirstFault(record.Value, envelope));
            }
        }

        Assert.Equal(Enum.GetValues<FlawKind>(), seen.Order());

        static string Expected(FlawKind flaw) => flaw switch
        {
            FlawKind.Truncated or FlawKind.Junk => "no JSON",
            FlawKind.NotAnObject => "no object",
            FlawKind.IdMissing => "no _id",
            FlawKind.TimestampMissing => "no timestamp",
            FlawKind.EventTypeMissing => "no eventType",
            FlawKind.IdentityMissing => "no identity",
            FlawKind.TimestampBad => "no date",
            _ => "no text",
        };
    }

    [Fact]
    public void Handing_a_record_out_allocates_nothing()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 500, DuplicateShare = 0.1, MalformedShare = 0.1, Envelope = true });
        for (int i = 0; i < 1_000; i++)
        {
            generator.TryNext(out _);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        while (generator.TryNext(out _))
        {
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        GeneratorOptions options = new()
        {
            Users = 0, LateShare = -0.1, DuplicateShare = double.NaN, MalformedShare = 1.5, LateUpTo = TimeSpan.Zero,
            Start = DateTimeOffset.MinValue,
        };

        Assert.Equal(6, options.Problems().Count);
        Assert.Throws<ArgumentException>(() => new LumaGenerator(options));
        Assert.Empty(new GeneratorOptions().Problems());
        Assert.Single(new GeneratorOptions { LateShare = 0.6, TooLateShare = 0.6 }.Problems());
    }

    private static List<Read> All(GeneratorOptions options) => ReadAll(new LumaGenerator(options));

    private static List<Read> ReadAll(LumaGenerator generator)
    {
        List<Read> records = [];
        while (generator.TryNext(out GeneratedRecord record))
        {
            // Latin-1 keeps junk bytes one to one.
            records.Add(new Read(
                Encoding.ASCII.GetString(record.Key), Encoding.Latin1.GetString(record.Value), record.Kind, record.Type,
                record.OccurredAtMs, record.DeliveredAtMs, record.Flaw));
        }

        return records;
    }

    private static string HashOf(GeneratorOptions options)
    {
        const int Records = 10_000;
        LumaGenerator generator = new(options);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Records; i++)
        {
            Assert.True(generator.TryNext(out GeneratedRecord record));
            hash.AppendData(record.Key);
            hash.AppendData(record.Value);
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void CheckBody(JsonElement root, LumaEventType type)
    {
        if (LumaBehavior.IsEmail(type))
        {
            JsonElement mail = root.GetProperty("directMarketing");
            string measure = type switch { LumaEventType.EmailSent => "sends", LumaEventType.EmailOpened => "opens", _ => "clicks" };
            Assert.Equal(1, mail.GetProperty(measure).GetProperty("value").GetInt32());
            Assert.Matches("^synthetic-user-[0-9]+@adobe.com$", mail.GetProperty("emailVisitorID").GetString());
            Assert.True(Guid.TryParse(mail.GetProperty("messageID").GetString(), out _));
            Assert.False(root.TryGetProperty("web", out _));
            return;
        }

        JsonElement web = root.GetProperty("web");
        Assert.Equal(1, web.GetProperty("webPageDetails").GetProperty("pageViews").GetProperty("value").GetInt32());
        Assert.Equal(LumaBehavior.IsClick(type) ? 1 : 0, web.GetProperty("webInteraction").GetProperty("linkClicks").GetProperty("value").GetInt32());
        Assert.NotEqual("", web.GetProperty("webReferrer").GetProperty("type").GetString());
        Assert.False(root.TryGetProperty("directMarketing", out _));
    }

    // What a strict reader would say first.
    private static string FirstFault(string value, bool envelope)
    {
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(Encoding.Latin1.GetBytes(value)).RootElement;
        }
        catch (JsonException)
        {
            return "no JSON";
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return "no object";
        }

        root = envelope ? root.GetProperty("body").GetProperty("xdmEntity") : root;
        if (Required.FirstOrDefault(name => !root.TryGetProperty(name, out _)) is string missing)
        {
            return "no " + missing;
        }

        if (!root.TryGetProperty("_luma", out JsonElement tenant))
        {
            return root.TryGetProperty("identityMap", out _) ? "an identity after all" : "no identity";
        }

        if (Required.Select(name => root.GetProperty(name)).Append(tenant.GetProperty("userid")).Any(text => text.ValueKind != JsonValueKind.String))
        {
            return "no text";
        }

        return DateTimeOffset.TryParse(root.GetProperty("timestamp").GetString(), CultureInfo.InvariantCulture, out _) ? "nothing" : "no date";
    }
}
