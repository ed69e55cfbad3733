using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Operators that keep something of each key, packed into the key's record and committed with the offset.</summary>
internal static class KeepingContracts
{
    private static readonly OperatorError Expression = new("expression-failed", "an expression has no value for this record");
    private static readonly OperatorError Late = new("too-late", "what the record belongs to is closed already");

    public static ImmutableArray<OperatorContract> All { get; } =
    [
        new("dedupe", "Drops a record whose value was seen within a span of event time.")
        {
            Options =
            [
                new("key", OptionKind.Expression, "What is compared: a string, int, uint, bool or bytes.") { Required = true },
                new("within", OptionKind.Duration, "How long a value is remembered after the newest event time of the partition.") { Required = true },
            ],
            State = "by the lane's key: the hash of each value seen within the span, with its time",
            Errors = [Expression],
            Notes = "A record that is as far behind the newest event time as `within` passes: nothing is known of it any more. Values are compared within one key of "
                + "the lane, so to compare across visitors put a `key-by` in front.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { order: "commerce.order.purchaseID:string" } }
                nodes:
                  once: { operator: dedupe, key: event.order, within: 1d }
                  out: { operator: sink, topic: orders }
                edges:
                  - events -> once
                  - once -> out
                """,
        },
        new("window", "Aggregates the records of a key over spans of event time.")
        {
            Options =
            [
                new("kind", OptionKind.Word, "`tumbling`: one after the other; `hopping`: overlapping, one every hop; `sliding`: at each record, over the span before it; "
                    + "`session`: up to a gap.") { Required = true, Allowed = ["tumbling", "hopping", "sliding", "session"] },
                new("size", OptionKind.Duration, "Length of a window; not for sessions."),
                new("every", OptionKind.Duration, "Hop of a hopping window, resolution of a sliding one; divides `size` into at most 256 parts.")
                    { Default = "for sliding: a sixtieth of `size`, or 1s if that is longer" },
                new("gap", OptionKind.Duration, "For sessions: a silence as long as this ends it."),
                new("lateness", OptionKind.Duration, "How far behind the partition's newest event time a window still takes records.") { Default = "the source's" },
                new("aggregates", OptionKind.Aggregates, "Fields and what they are: `count`, or { sum | min | max | avg | last | distinct: EXPRESSION }.") { Required = true },
            ],
            State = "by the lane's key: for each open pane or session its aggregates; at most 1,024 panes, or 256 sessions",
            Errors = [Expression, Late, new("window-full", "the key has more open panes or sessions than are kept")],
            Notes = "Windows are aligned to 1970-01-01T00:00Z. One that ends at *e* closes when the partition's newest event time reaches *e* + `lateness`; only then, and only once, "
                + "its record leaves, with `window_start`, `window_end` (timestamps), `visitor`, and the aggregates; a key without records in it gives none. Hopping and sliding windows are sums of "
                + "panes of one hop, so a record costs the same whatever the overlap. A sliding window speaks at once, of the panes up to the record's own. "
                + "`count`, `min`, `max`, `distinct` and sums of ints do not depend on the order of arrival; sums and means of doubles are added in that order; "
                + "`last` is the value with the newest time, of equal ones the last to arrive. `distinct` is exact up to 128 values and beyond that a HyperLogLog of 1,024 "
                + "registers (standard error 3.3%).",
            Example = """
                source: { identity: [identityMap.ECID], fields: { total: "commerce.order.priceTotal:double" } }
                nodes:
                  spend:
                    operator: window
                    kind: hopping
                    size: 1h
                    every: 5m
                    aggregates: { events: count, total: { sum: event.total }, types: { distinct: event.type } }
                  out: { operator: sink, topic: spend }
                edges:
                  - events -> spend
                  - spend -> out
                """,
        },
        new("join", "Joins two streams on the lane's key: each pair of records whose times lie within a span of each other.")
        {
            Inputs = [new("left", "records of one stream"), new("right", "records of the other")],
            Options =
            [
                new("within", OptionKind.Duration, "The largest distance of the two times.") { Required = true },
                new("where", OptionKind.Predicate, "Pairs for which it does not hold are left out; sees `left` and `right`.") { Default = "every pair" },
                new("set", OptionKind.Expressions, "Fields of the result; they see `left` and `right`.") { Required = true },
                new("lateness", OptionKind.Duration, "How far behind the partition's newest event time partners are still waited for.") { Default = "the source's" },
            ],
            State = "by the lane's key: the records of both sides that can still find a partner, at most 256 a side",
            Errors = [Expression, Late, new("join-full", "the key has 256 records waiting on this side")],
            Notes = "The result's time is the later of the two; `id` is both ids with `+` between them, left first; `visitor` and `type` are the left one's. "
                + "Which pairs are found does not depend on the order of arrival.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { campaign: "marketing.campaign:string", total: "commerce.order.priceTotal:double" } }
                nodes:
                  ads: { operator: filter, where: 'event.type == "ad"' }
                  orders: { operator: filter, where: 'event.type == "order"' }
                  credited:
                    operator: join
                    within: 1h
                    where: left.time <= right.time
                    set: { campaign: left.campaign, total: right.total }
                  out: { operator: sink, topic: credited }
                edges:
                  - events -> ads
                  - events -> orders
                  - ads -> credited.left
                  - orders -> credited.right
                  - credited -> out
                """,
        },
    ];
}
