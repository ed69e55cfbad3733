using System.Text;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class BudgetProblemReaderTests
{
    private const string Good = """{"beta":[1,2],"half_saturation":[3,4],"slope":[1,1.5],"budget":10,"lower":[0,1],"upper":[8,9]""";

    [Theory]
    [InlineData("{\"budget\": 1,}", "p.json:1:14: this is no JSON")]
    [InlineData("{\"budget\":\n 1 1}", "p.json:2:4: this is no JSON")]
    [InlineData("[1]", "p.json:1:1: a budget problem is a map")]
    [InlineData(Good + ",\n \"bugdet\":1}", "p.json:2:2: a budget problem has no 'bugdet'; did you mean 'budget'?")]
    [InlineData(Good + ",\n \"groups\":[{\"channels\":[\"channel 3\"],\"max\":1}]}", "p.json:2:25: there is no channel 'channel 3'; did you mean 'channel 1'?")]
    [InlineData(Good + ",\n \"goal\":{\"metric\":\"ruoi\",\"target\":1}}", "p.json:2:19: 'metric' is 'ruoi'; did you mean 'roi'?")]
    [InlineData(Good + ",\n \"risk\":{\"measure\":\"cvar\"}}", "p.json:2:9: a risk is measured over 'draws'")]
    [InlineData(Good + ",\n \"draws\":{\"beta\":[[1,2],[1]]}}", "p.json:2:25: draw 1 of 'beta' is a list of 2 numbers, one of each channel; found 1")]
    [InlineData(Good + ",\n \"constraints\":[{\"name\":\"x\",\"weights\":[1,1],\"max\":5}]}", "p.json:2:17: there is no plan: x cannot be kept")]
    [InlineData("{\"beta\":[1,2],\n\"half_saturation\":[3,0],\"slope\":[1,1],\"budget\":1}", "p.json:2:22: 'half_saturation'[1] is 0: allowed is a number above 0")]
    [InlineData("{\"beta\":[1,2],\n\"half_saturation\":[3,1],\"slope\":[1,1,1],\"budget\":1}", "p.json:2:33: 'slope' is a list of 2 numbers, one of each channel; found 3")]
    [InlineData("{\"beta\":[1],\"half_saturation\":[1],\"budget\":5,\n\"upper\":[4]}", "p.json:1:44: the budget is 5, and the channels' most is 4 together")]
    [InlineData("{\"beta\":[1],\"half_saturation\":[1],\"budget\":5,\n\"lower\":[6]}", "p.json:2:10: channel 1 is to have at least 6 and at most 5")]
    [InlineData("{\"beta\":[1,1],\"half_saturation\":[1,1],\"budget\":5,\n\"lower\":[3,3]}", "p.json:1:48: the budget is 5, and the channels' least is 6 together")]
    [InlineData("{\"beta\":[\"1\"],\"half_saturation\":[1],\"budget\":5}", "p.json:1:10: 'beta'[0] is a number; found '1'")]
    [InlineData("{\"beta\":[1],\"half_saturation\":[1],\"budget\":5,\n\"periods\":[{\"weeks\":2,\"pattern\":[0,0]}]}", "p.json:2:33: 'pattern' has 2 weeks with a sum of 0")]
    public void What_is_wrong_is_said_with_its_place(string json, string expected)
    {
        Assert.Contains(PlanProblems.ProblemsOf(json), problem => problem.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused_with_a_place()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Good + "}");
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(BudgetProblemReader.Read(whole[..length], "p.json", null, out IReadOnlyList<Problem> problems));
            Assert.StartsWith("p.json:1:", Assert.Single(problems).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_shares_and_changes_may_stand_for_lists_of_numbers()
    {
        BudgetProblem problem = PlanProblems.Read("""
            {"channels":["tv","search"],"beta":{"search":2,"tv":1},"half_saturation":[3,4],"budget":200,"current_spend":[100,60],
             "change_max":0.5,"upper":["60%",80]}
            """);

        Assert.Equal([50.0, 30], problem.Lower);
        Assert.Equal([120.0, 80], problem.Upper);
        Assert.Equal(1, ((MixModeler.Streaming.Plan.Curves.HillCurve)problem.Conversions[0].Curves[0]).Beta);
    }

    [Fact]
    public void A_file_of_several_problems_says_which()
    {
        Assert.Null(BudgetProblemReader.Read(PlanProblems.ReferenceJson(), "p.json", null, out IReadOnlyList<Problem> problems));
        Assert.Contains("meridian_geo_all_channels, concave5, concave8, sshape5, sshape8, mixed12", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"geometric","rate":0.5,"lag":2}""", new[] { 4 / 7.0, 2 / 7.0, 1 / 7.0 })]
    [InlineData("""{"type":"geometric","rate":0.5,"lag":2,"normalise":false}""", new[] { 1, 0.5, 0.25 })]
    [InlineData("""{"type":"delayed","rate":0.5,"lag":2,"peak":1,"normalise":false}""", new[] { 0.5, 1, 0.5 })]
    [InlineData("""{"type":"binomial","rate":0.5,"lag":3,"normalise":false}""", new[] { 1, 0.75, 0.5, 0.25 })]
    [InlineData("""{"weights":[0.2,0.1]}""", new[] { 0.2, 0.1 })]
    public void Carry_over_has_the_usual_conventions(string adstock, double[] weights)
    {
        BudgetProblem problem = PlanProblems.Read(Good + ",\"adstock\":" + adstock + "}");

        Assert.All(problem.Adstock[1].Zip(weights), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        Assert.Equal(weights.Length, problem.Adstock[0].Length);
    }
}
