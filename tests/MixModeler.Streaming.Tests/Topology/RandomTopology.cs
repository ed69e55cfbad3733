using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>Texts that have the shape of the language, nearly: what nobody thought of writing.</summary>
internal sealed class RandomTopology(Random random)
{
    private static readonly string[] Words =
        ["a", "b", "events", "n1", "n2", "profile", "_acme.id", "visits", "7d", "1h", "0.1", "5", "'q w'", "x > 1 && y", "a:int", "events -> n1", "n1.errors -> n2", "~", "retry"];

    // One in so many pieces is of another shape than it should be.
    private readonly int wrongEvery = random.Next(4) == 0 ? 1_000_000 : 20;

    public string Next()
    {
        string usual = random.Next(4) == 0 ? "" : "source: { identity: [_acme.id] }, features: [{ name: visits, count: visit }], ";
        return "{ topology: t, tenant: acme, " + usual + Members(TopologyLanguage.Root, random.Next(4), 0) + " }";
    }

    private string Of(Shape shape, int depth)
    {
        if (depth > 10 || random.Next(wrongEvery) == 0)
        {
            return Words[random.Next(Words.Length)];
        }

        return shape.Kind switch
        {
            ShapeKind.Map => $"{{ {Members(shape, random.Next(4), depth)} }}",
            ShapeKind.NamedMap => $"{{ {string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => $"{Name()}: {Of(shape.Of!, depth + 1)}"))} }}",
            ShapeKind.List => $"[{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Of(shape.Of!, depth + 1)))}]",
            ShapeKind.Either => Of(shape.Forms[random.Next(shape.Forms.Length)], depth),
            ShapeKind.Word => shape.Words[random.Next(shape.Words.Length)],
            ShapeKind.Span => $"{random.Next(100)}{"smhd"[random.Next(4)]}",
            ShapeKind.Number => random.NextDouble().ToString(CultureInfo.InvariantCulture),
            ShapeKind.Count => random.Next(2, 2_000).ToString(CultureInfo.InvariantCulture),
            ShapeKind.Name => Name(),
            ShapeKind.Path => $"_acme.{Name()}",
            ShapeKind.Anything => Of(TopologyLanguage.Root, depth + 1),
            _ => Words[random.Next(Words.Length)],
        };
    }

    // What is required, mostly, and some of the rest; seldom one twice.
    private string Members(Shape shape, int more, int depth)
    {
        List<Member> members = [.. shape.Members.Where(member => member.Required && depth + shape.Members.Length > 0 && random.Next(wrongEvery) > 0)];
        for (int i = 0; i < more && shape.Members.Length > 0; i++)
        {
            Member member = shape.Members[random.Next(shape.Members.Length)];
            if (!members.Contains(member) || random.Next(wrongEvery) == 0)
            {
                members.Add(member);
            }
        }

        return string.Join(", ", members
            .Where(member => depth > 0 || member.Name is not ("topology" or "tenant"))
            .Select(member => $"{(random.Next(wrongEvery) == 0 ? Name() : member.Name)}: {Of(member.Shape, depth + 1)}"));
    }

    private string Name() => random.Next(3) == 0 ? "profile" : $"{(char)('a' + random.Next(3))}{random.Next(3)}";
}
