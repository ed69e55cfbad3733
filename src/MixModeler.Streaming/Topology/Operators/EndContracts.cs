using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>The visitor's profile, and where records leave the flow.</summary>
internal static class EndContracts
{
    private static readonly OperatorError Expression = new("expression-failed", "an expression has no value for this record");

    public static ImmutableArray<OperatorContract> All { get; } =
    [
        new("profile", "The topology's features, model and score: brings the visitor's profile up to date with the record.")
        {
            State = "by visitor: features, recent event ids, open decisions",
            Notes = "Made by the section `features`, and named `profile` in edges. Behind it expressions also see `features.NAME`, `score` and `visitor`. A feature without a value is absent.",
            Example = """
                source: { identity: [identityMap.ECID] }
                features:
                  - { name: opens, count: open }
                nodes:
                  people: { operator: filter, where: '!event.visitor.startsWith("bot-")' }
                  likely: { operator: filter, where: features.opens > 3.0 }
                  out: { operator: sink, topic: likely }
                edges:
                  - events -> people
                  - people -> profile
                  - profile -> likely
                  - likely -> out
                """,
        },
        new("audiences", "Tells when a visitor enters an audience and when he leaves it.")
        {
            Options = [new("is", OptionKind.Predicates, "Audiences and their predicates over `score`, `features` and `event`; at most 1,024.") { Required = true }],
            State = "by visitor: one bit for each audience",
            Errors = [Expression],
            Notes = "Each change is a record of the topic PREFIX + audiences: {\"visitor\", \"audience\", \"status\": \"realized\" or \"exited\", \"at\", \"origin\"}. A predicate without a value "
                + "changes nothing and is counted. Membership is looked at when a record of the visitor arrives.",
            Example = """
                source: { identity: [identityMap.ECID] }
                features:
                  - { name: opens, count: open }
                nodes:
                  segments: { operator: audiences, is: { readers: features.opens > 3.0, active: 'event.type == "click"' } }
                edges:
                  - profile -> segments
                """,
        },
        new("sink", "Writes records to a topic, as JSON with their origin.")
        {
            Outputs = [],
            Options =
            [
                new("topic", OptionKind.Text, "PREFIX + this; a name with a dot is a full name.") { Default = "the node's name" },
                new("key", OptionKind.Expression, "The record's key: a string, int, uint, bool or bytes.") { Default = "the lane's key" },
                new("fields", OptionKind.Names, "Which fields, in this order.") { Default = "all" },
            ],
            Errors = [Expression],
            Notes = "`{\"at\": …, \"origin\": {\"partition\", \"offset\", \"ordinal\"}, FIELDS}`; absent fields are left out. A replay writes the same records with the same origins.",
            Example = """
                source: { identity: [identityMap.ECID], fields: { channel: "channel._id:string" } }
                nodes:
                  out: { operator: sink, topic: channels, key: event.visitor, fields: [visitor, channel] }
                edges:
                  - events -> out
                """,
        },
        new("dead-letter", "Refuses records: they go to the topic of dead letters with a reason.")
        {
            Outputs = [],
            Options =
            [
                new("reason", OptionKind.Text, "One of few words, fit for counting.") { Required = true },
                new("detail", OptionKind.Expression, "A string for people.") { Default = "the reason" },
            ],
            Errors = [Expression],
            Example = """
                source: { identity: [identityMap.ECID], fields: { total: "commerce.order.priceTotal:double" } }
                nodes:
                  sane: { operator: branch, when: { negative: event.total < 0.0 } }
                  refused: { operator: dead-letter, reason: negative-total, detail: '"a total of " + string(event.total)' }
                  out: { operator: sink, topic: orders }
                edges:
                  - events -> sane
                  - sane.negative -> refused
                  - sane.otherwise -> out
                """,
        },
    ];
}
