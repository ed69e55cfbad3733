using System.Runtime.Loader;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators.Custom;
using static MixModeler.Streaming.Tests.Flow.FlowRun;

namespace MixModeler.Streaming.Tests.Flow;

public sealed class CustomOperatorTests : IDisposable
{
    private const string Assembly = "CustomOperator.dll";
    private readonly string folder = Directory.CreateTempSubdirectory("custom-").FullName;

    public CustomOperatorTests()
    {
        // artifacts/bin/PROJECT/CONFIGURATION
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "CustomOperator", configuration, Assembly));
        File.Copy(built, Path.Combine(folder, Assembly));
        File.Copy(RepositoryFiles.Full("docs/samples/custom-operator/topology.yaml"), Path.Combine(folder, "topology.yaml"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_sample_runs_in_a_topology_and_what_it_throws_is_a_failure_of_the_record()
    {
        TopologyResult result = TopologyLoader.Load(Path.Combine(folder, "topology.yaml"));
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        string Order(string visitor, int at, int total) => Event(visitor, "order", at, $",\"commerce\":{{\"order\":{{\"priceTotal\":{total}}}}}");
        FlowRun run = await OfAsync(
            result.Plan,
            [
                Order("a", 1, 1), Order("a", 2, 2), Order("b", 3, 50), Event("a", "none", 4), Order("a", 5, 4), Order("b", 6, 50),
                .. Enumerable.Range(7, 3).Select(i => Order("a", i, 10)),
            ]);

        Assert.Equal(["a 3 7", "a 6 30"], run.On("mm.thirds").Select(r => $"{r.GetProperty("visitor").GetString()} {r.GetProperty("seen")} {r.GetProperty("total")}"));
        Assert.Equal("operator-failed", Assert.Single(run.On("mm.deadletter")).GetProperty("reason").GetString());
        Assert.Equal((9, 2, 1), (run.Of("thirds").In, run.Of("thirds").Out, run.Of("thirds").Errors["operator-failed"]));
    }

    [Fact]
    public void It_is_loaded_apart_and_shares_the_contract()
    {
        ICustomOperator made = CustomAssembly.Load(Path.Combine(folder, Assembly)).Create("every-nth")!;
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(made.GetType().Assembly)!;

        Assert.NotSame(AssemblyLoadContext.Default, context);
        Assert.True(context.IsCollectible);
    }

    [Fact]
    public void Another_build_is_another_operator()
    {
        string file = Path.Combine(folder, "topology.yaml");
        ulong Identity() => TopologyLoader.Load(file).Plan!.Flow!.Lanes[0].Keeping.Single().Identity;
        ulong before = Identity();
        Assert.Equal(before, Identity());
        string assembly = Path.Combine(folder, Assembly);
        // Bytes behind an image are no part of it, and yet it is another file.
        File.WriteAllBytes(assembly, [.. File.ReadAllBytes(assembly), 0]);

        Assert.NotEqual(before, Identity());
    }

    [Theory]
    [InlineData("n: 3", "n: 0", "'n' is a whole number from 1; found '0'")]
    [InlineData("n: 3", "m: 3", "has no 'm'; allowed: n, assembly")]
    [InlineData("operator: every-nth", "operator: every-nht", "did you mean 'every-nth'?")]
    [InlineData("assembly: CustomOperator.dll", "assembly: Missing.dll", "there is no assembly 'Missing.dll'")]
    [InlineData("assembly: CustomOperator.dll", "assembly: ../CustomOperator.dll", "leads out of")]
    [InlineData("assembly: CustomOperator.dll", "assembly: topology.yaml", "cannot be loaded")]
    [InlineData("{ amount: ", "{ amuont: ", "did you mean 'amuont'?")]
    [InlineData("priceTotal:double", "priceTotal:string", "reads 'amount' as double, and here it is string")]
    public void What_is_wrong_is_said_at_its_place(string text, string instead, string message)
    {
        string file = Path.Combine(folder, "topology.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace(text, instead, StringComparison.Ordinal));
        Problem problem = TopologyLoader.Load(file).Problems[0];

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(8, problem.Line);
    }
}
