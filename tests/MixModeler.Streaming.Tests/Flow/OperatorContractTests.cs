using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Tests.Flow;

public class OperatorContractTests
{
    public static TheoryData<string> Names => [.. Operators.All.Select(contract => contract.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_of_a_contract_is_a_valid_topology_that_uses_the_operator(string name)
    {
        OperatorContract contract = Operators.Find(name)!;
        string folder = Directory.CreateTempSubdirectory("operators-").FullName;
        try
        {
            string file = Path.Combine(folder, "topology.yaml");
            File.WriteAllText(file, "topology: example\ntenant: acme\n" + contract.Example);
            File.WriteAllText(Path.Combine(folder, "products.csv"), "sku,category,price\nA1,shoes,9.5\n");
            TopologyResult result = TopologyLoader.Load(file);

            Assert.True(result.IsValid, string.Join('\n', result.Problems) + "\n" + contract.Example);
            Assert.Contains(result.Plan.Flow!.Lanes.SelectMany(lane => lane.Nodes), node => node.Operator == name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_operator_and_each_of_its_options_is_named_once_and_explained()
    {
        Assert.Equal(Operators.All.Length, Operators.All.Select(contract => contract.Name).Distinct().Count());
        Assert.All(Operators.All, contract =>
        {
            Assert.Equal(contract.Options.Length, contract.Options.Select(option => option.Name).Distinct().Count());
            Assert.All(contract.Options, option => Assert.NotEmpty(option.Meaning));
            Assert.NotEmpty(contract.Purpose);
        });
    }

    [Fact]
    public void The_document_of_operators_says_what_the_contracts_say() =>
        Assert.Equal(OperatorText.Document(Operators.All), RepositoryFiles.Read("docs/operators.md").ReplaceLineEndings("\n"));

    [Theory]
    [InlineData("f: { operator: filtre, where: 'true' }", "did you mean 'filter'?")]
    [InlineData("f: { operator: filter, were: 'true' }", "did you mean 'where'?")]
    [InlineData("f: { operator: filter }", "needs 'where'")]
    [InlineData("f: { operator: filter, where: event.n }", "must be bool")]
    [InlineData("f: { operator: filter, where: event.devise == \"x\" }", "did you mean 'device'?")]
    [InlineData("f: { operator: map, drop: [devise] }", "did you mean 'device'?")]
    [InlineData("f: { operator: map }", "does nothing")]
    [InlineData("f: { operator: window, kind: tumbling, aggregates: { c: count } }", "needs 'size'")]
    [InlineData("f: { operator: window, kind: hopping, size: 1h, every: 7m, aggregates: { c: count } }", "whole number of parts")]
    [InlineData("f: { operator: window, kind: tumbling, size: 1h, aggregates: { c: { summ: event.n } } }", "did you mean 'sum'?")]
    [InlineData("f: { operator: window, kind: tumbling, size: 1h, aggregates: { c: { sum: event.s } } }", "no 'sum' of string")]
    [InlineData("f: { operator: model, weights: { s: 1 } }", "a model takes numbers")]
    [InlineData("f: { operator: lookup, file: none.csv, column: k, key: event.s, fields: { a: string } }", "there is no file 'none.csv'")]
    [InlineData("f: { operator: lookup, file: ../none.csv, column: k, key: event.s, fields: { a: string } }", "leads out of")]
    public void What_is_wrong_with_a_node_is_said_at_its_line(string node, string message)
    {
        string text = "topology: t\ntenant: acme\n" + FlowRun.Source + "nodes:\n  " + node + "\n  out: { operator: sink, topic: o }\nedges:\n  - events -> f -> out\n";
        Problem problem = TopologyLoader.Parse(text, "t.yaml").Problems[0];

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(5, problem.Line);
    }

    [Fact]
    public void A_mistake_inside_of_an_expression_is_located_in_the_file()
    {
        const string Where = "  f: { operator: filter, where: 'event.n > 1 && event.devise == \"x\"' }";
        string text = "topology: t\ntenant: acme\n" + FlowRun.Source + "nodes:\n" + Where + "\n  out: { operator: sink, topic: o }\nedges:\n  - events -> f -> out\n";
        Problem problem = Assert.Single(TopologyLoader.Parse(text, "t.yaml").Problems);

        Assert.InRange(problem.Column, Where.IndexOf("event.devise", StringComparison.Ordinal) + 1, Where.IndexOf("devise", StringComparison.Ordinal) + 1);
    }
}
