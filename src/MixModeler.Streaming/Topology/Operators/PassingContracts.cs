using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Operators that keep nothing: a record in, none, one or the same out.</summary>
internal static class PassingContracts
{
    private static readonly OperatorError Expression = new("expression-failed", "an expression has no value for this record: a field is absent, a number overflows");

    public static ImmutableArray<OperatorContract> All { get; } =
    [
        new("source", "Where records come from: events of a topic, with the fields that expressions use.")
        {
            Inputs = [],
            Options =
            [
                new("fields", OptionKind.Fields, "Fields beside the built-in id, time, type and visitor: a name, and a dotted path or { path, type, default }."),
            ],
            Notes = "Built in are `event.id`, `event.time` (timestamp), `event.type` and `event.visitor`. A field whose record does not have it is "
                + "absent: an expression that needs it fails, `has(event.name)` asks. Values of another type than declared are absent too.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { channel: "channel._id:string", total: "commerce.order.priceTotal:double" } }
                nodes:
                  orders: { operator: filter, where: 'has(event.total) && event.channel == "search"' }
                  out: { operator: sink, topic: orders }
                edges:
                  - events -> orders
                  - orders -> out
                """,
        },
        new("filter", "Passes the records for which a predicate holds.")
        {
            Options = [new("where", OptionKind.Predicate, "Passes where it is true.") { Required = true }],
            Errors = [Expression],
            Example = """
                source: { identity: [identityMap.ECID] }
                nodes:
                  clicks: { operator: filter, where: 'event.type.startsWith("web.") && !event.visitor.startsWith("bot-")' }
                  out: { operator: sink, topic: clicks }
                edges:
                  - events -> clicks
                  - clicks -> out
                """,
        },
        new("map", "Adds fields, replaces them, or takes some away.")
        {
            Options =
            [
                new("set", OptionKind.Expressions, "Names of fields and their expressions; all of them see the record as it came in."),
                new("drop", OptionKind.Names, "Fields that go no further."),
                new("keep", OptionKind.Names, "Only these and the fields of `set` go further."),
            ],
            Errors = [Expression],
            Notes = "A `map` before `profile` that sets `type`, or a field with a path that features match on, changes what the features see.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { total: "commerce.order.priceTotal:double" } }
                nodes:
                  priced: { operator: map, set: { cents: 'int(event.total * 100.0)', type: 'event.type == "opened" ? "open" : event.type' }, drop: [total] }
                  out: { operator: sink, topic: priced }
                edges:
                  - events -> priced
                  - priced -> out
                """,
        },
        new("branch", "Sends each record to the first of several ports whose predicate holds.")
        {
            OutputsByOption = "when",
            Outputs = [new("otherwise", "records for which none holds")],
            Options = [new("when", OptionKind.Predicates, "Ports and their predicates, asked in this order.") { Required = true }],
            Errors = [Expression],
            Notes = "`otherwise` may stay without an edge: what leaves there is counted and dropped.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { device: "device.type:string" } }
                nodes:
                  route: { operator: branch, when: { mobile: 'event.device == "mobile"', tablet: 'event.device == "tablet"' } }
                  small: { operator: sink, topic: small-screens }
                  middle: { operator: sink, topic: middle-screens }
                  rest: { operator: sink, topic: other-screens }
                edges:
                  - route.mobile -> small
                  - route.tablet -> middle
                  - route.otherwise -> rest
                  - events -> route
                """,
        },
        new("split", "Sends each record to one of several ports, by the hash of an expression: the same value always to the same port.")
        {
            OutputsByOption = "weights",
            Outputs = [],
            Options =
            [
                new("by", OptionKind.Expression, "What is hashed: a string, int, uint, bool or bytes.") { Default = "event.visitor" },
                new("weights", OptionKind.Numbers, "Ports and their shares; only the ratio counts.") { Required = true },
                new("salt", OptionKind.Text, "Splits with different salts are independent of each other.") { Default = "the node's name" },
            ],
            Errors = [Expression],
            Notes = "The port is chosen by where MurmurHash3 of salt, a zero byte and the value lies in [0, 2⁶⁴), cut in the order of the file. "
                + "A weight that grows at the end of the list takes values from its neighbours only.",
            Example = """
                source: { identity: [identityMap.ECID] }
                nodes:
                  trial: { operator: split, by: event.visitor, salt: trial-7, weights: { control: 90, treated: 10 } }
                  control: { operator: sink, topic: control }
                  treated: { operator: sink, topic: treated }
                edges:
                  - events -> trial
                  - trial.control -> control
                  - trial.treated -> treated
                """,
        },
        new("union", "Joins several streams into one, in the order in which records arrive.")
        {
            Inputs = [new("in", "records of any number of nodes")],
            Notes = "The fields that all inputs have with the same type go further.",
            Example = """
                source: { identity: [identityMap.ECID] }
                nodes:
                  opens: { operator: filter, where: 'event.type == "open"' }
                  clicks: { operator: filter, where: 'event.type == "click"' }
                  both: { operator: union }
                  out: { operator: sink, topic: engaged }
                edges:
                  - events -> opens
                  - events -> clicks
                  - opens -> both
                  - clicks -> both
                  - both -> out
                """,
        },
        new("key-by", "Repartitions by another key: what follows keeps its state by that key.")
        {
            Options = [new("key", OptionKind.Expression, "The new key: a string, int, uint, bool or bytes.") { Required = true }],
            Errors = [Expression, new("key-too-long", "the key has no or more than 256 bytes")],
            Notes = "Records go through the topic PREFIX + topology + `.` + node with their origin. The lane behind it drops what it has seen by the "
                + "newest origin of each source partition. Behind it `event.visitor` is the record's visitor as before, and the state's key is the new one.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { campaign: "marketing.campaign:string" } }
                nodes:
                  by-campaign: { operator: key-by, key: event.campaign }
                  hourly: { operator: window, kind: tumbling, size: 1h, aggregates: { events: count } }
                  out: { operator: sink, topic: campaigns }
                edges:
                  - events -> by-campaign
                  - by-campaign -> hourly
                  - hourly -> out
                """,
        },
    ];
}
