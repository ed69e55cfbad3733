using System.Text.Json;
using MixModeler.Streaming.Integration.Kafka;

namespace MixModeler.Streaming.Integration.Operate;

public sealed class TopologyEndpointTests : IAsyncLifetime
{
    private ControlRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await ControlRig.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_change_is_accepted_followed_and_done_and_can_be_taken_back()
    {
        Answer before = await rig.GetAsync(ControlRig.One);
        Assert.Equal((200, "\"1\""), (before.Code, before.Tag));
        Assert.Equal(ControlRig.Plan.Version, before.Json.GetProperty("active").GetString());

        Answer accepted = await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant(), note = "try" }, before.Tag);
        Assert.Equal(202, accepted.Code);
        JsonElement done = await rig.EndOfAsync(accepted.Location!);
        Assert.Equal("done", done.GetProperty("stage").GetString());
        Assert.Equal(SimulatedTasks.PauseMicros, done.GetProperty("measuredPauseMicros").GetInt64());
        Assert.True(done.GetProperty("predictedPauseMicros").GetInt64() > 0);
        Assert.Equal(["learner", "0", "1", "2"], done.GetProperty("partitions").EnumerateArray().Select(each => each.GetProperty("partition").GetString()));

        string version = ControlRig.VersionOf(ControlRig.Variant());
        Answer after = await rig.GetAsync($"{ControlRig.One}/status");
        Assert.Equal((version, "\"3\""), (after.Json.GetProperty("active").GetString(), after.Tag));
        Assert.Equal(version, rig.Live.Order.Active.Version);
        Assert.Equal(version, ControlRig.VersionOf((await rig.GetAsync($"{ControlRig.One}/versions/{version}")).Text));
        Assert.Equal(2, (await rig.GetAsync($"{ControlRig.One}/versions")).Json.GetArrayLength());

        Answer back = await rig.PostAsync($"{ControlRig.One}/rollback");
        Assert.Equal(202, back.Code);
        Assert.Equal("done", (await rig.EndOfAsync(back.Location!)).GetProperty("stage").GetString());
        Assert.Equal(ControlRig.Plan.Version, (await rig.GetAsync(ControlRig.One)).Json.GetProperty("active").GetString());
        JsonElement history = (await rig.GetAsync($"{ControlRig.One}/history")).Json;
        Assert.Equal(["rollback", "apply", "start"], history.EnumerateArray().Select(each => each.GetProperty("kind").GetString()));
        Assert.Equal("try", history[1].GetProperty("note").GetString());
    }

    [Fact]
    public async Task A_shadow_change_waits_to_be_promoted_and_keeps_others_out()
    {
        Answer accepted = await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant(), shadow = true }, "*");
        Assert.Equal(202, accepted.Code);
        string id = accepted.Json.GetProperty("id").GetString()!;
        await Soon.HoldsAsync(() => rig.Control.Find("luma-propensity")!.Open is { IsReady: true }, "every task is ready");

        Answer second = await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant("other") }, "*");
        Assert.Equal((409, "application/problem+json"), (second.Code, second.Type));
        Assert.Equal(id, second.Json.GetProperty("change").GetString());

        Assert.Equal(202, (await rig.PostAsync($"{ControlRig.One}/changes/{id}/promote")).Code);
        Assert.Equal("done", (await rig.EndOfAsync(accepted.Location!)).GetProperty("stage").GetString());
        Assert.Equal(200, (await rig.PostAsync($"{ControlRig.One}/changes/{id}/promote")).Code);
        Assert.Equal(409, (await rig.PostAsync($"{ControlRig.One}/changes/{id}/abandon")).Code);
    }

    [Fact]
    public async Task A_change_that_is_abandoned_leaves_the_old_version_running()
    {
        rig.Tasks.Sleeps = true;
        Answer accepted = await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant() }, "*");
        string id = accepted.Json.GetProperty("id").GetString()!;
        Assert.Equal(409, (await rig.PostAsync($"{ControlRig.One}/changes/{id}/promote")).Code);
        Assert.Equal(202, (await rig.PostAsync($"{ControlRig.One}/changes/{id}/abandon")).Code);
        Assert.Equal(200, (await rig.PostAsync($"{ControlRig.One}/changes/{id}/abandon")).Code);
        Assert.Equal("abandoned", (await rig.GetAsync($"{ControlRig.One}/changes/{id}")).Json.GetProperty("stage").GetString());
        Assert.Equal(ControlRig.Plan.Version, rig.Live.Order.Active.Version);
        Assert.Null(rig.Live.Order.Change);
    }

    [Fact]
    public async Task A_version_that_fails_at_a_task_is_abandoned_with_the_reason()
    {
        string poisoned = ControlRig.Text.Replace("baseRate: 0.02", SimulatedTasks.Poison, StringComparison.Ordinal);
        Answer accepted = await rig.PostAsync($"{ControlRig.One}/changes", new { text = poisoned, allowLoss = true }, "*");
        Assert.Equal(202, accepted.Code);
        JsonElement end = await rig.EndOfAsync(accepted.Location!);
        Assert.Equal("abandoned", end.GetProperty("stage").GetString());
        Assert.Contains("it does not compile here", end.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_looked_too_early_is_told_so_and_who_did_not_look_is_asked_to()
    {
        Assert.Equal(428, (await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant() })).Code);
        foreach (string stale in (string[])["\"0\"", "\"7\"", "W/\"1\"", "\"x\"", "1", "\"1\", \"2\""])
        {
            Assert.Equal(412, (await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant() }, stale)).Code);
        }

        Assert.Equal(409, (await rig.PostAsync($"{ControlRig.One}/rollback")).Code);
        Assert.Equal(200, (await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Text }, "\"1\"")).Code);
    }

    [Fact]
    public async Task A_lossy_change_is_refused_with_what_it_would_lose_unless_that_is_allowed()
    {
        string smaller = ControlRig.Text.Replace("  - { name: propositionDismissed,                count: decisioning.propositionDismiss }\n", "", StringComparison.Ordinal);
        Assert.NotEqual(ControlRig.Text, smaller);
        Answer plan = await rig.SendAsync(HttpMethod.Post, $"{ControlRig.One}/plan", smaller, type: "application/yaml");
        Assert.Equal(200, plan.Code);
        Assert.Contains("LOSS", plan.Json.GetProperty("text").GetString(), StringComparison.Ordinal);

        Answer refused = await rig.PostAsync($"{ControlRig.One}/changes", new { text = smaller }, "*");
        Assert.Equal(409, refused.Code);
        Assert.Contains("propositionDismissed", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Answer allowed = await rig.PostAsync($"{ControlRig.One}/changes", new { text = smaller, allowLoss = true }, "*");
        Assert.Equal("done", (await rig.EndOfAsync(allowed.Location!)).GetProperty("stage").GetString());
    }

    [Fact]
    public async Task What_is_wrong_with_a_text_is_told_with_its_place()
    {
        string broken = ControlRig.Text.Replace("tenant: luma", "tenannt: luma", StringComparison.Ordinal);
        foreach (Answer answer in (Answer[])[
            await rig.PostAsync($"{ControlRig.One}/changes", new { text = broken }, "*"),
            await rig.SendAsync(HttpMethod.Post, $"{ControlRig.One}/plan", broken)])
        {
            Assert.Equal((400, "application/problem+json"), (answer.Code, answer.Type));
            JsonElement first = answer.Json.GetProperty("problems")[0];
            Assert.True(first.GetProperty("line").GetInt32() >= 1);
            Assert.Contains(
                answer.Json.GetProperty("problems").EnumerateArray(),
                each => each.GetProperty("message").GetString()!.Contains("tenan", StringComparison.Ordinal));
        }

        string renamed = ControlRig.Text.Replace("topology: luma-propensity", "topology: other", StringComparison.Ordinal);
        Assert.Equal(400, (await rig.PostAsync($"{ControlRig.One}/changes", new { text = renamed }, "*")).Code);
        string moved = ControlRig.Text.Replace("prefix: mm.", "prefix: xx.", StringComparison.Ordinal);
        Assert.Equal(400, (await rig.PostAsync($"{ControlRig.One}/changes", new { text = moved }, "*")).Code);
    }

    [Theory]
    [InlineData(400, "POST", "/changes", "{")]
    [InlineData(400, "POST", "/changes", "")]
    [InlineData(400, "POST", "/changes", "null")]
    [InlineData(400, "POST", "/changes", "[1]")]
    [InlineData(400, "POST", "/changes", "{}")]
    [InlineData(400, "POST", "/changes", "{\"text\":5}")]
    [InlineData(400, "POST", "/changes", "{\"text\":\"a\",\"text\":\"b\"}")]
    [InlineData(400, "POST", "/changes", "{\"text\":\"a\",\"version\":\"b\"}")]
    [InlineData(400, "POST", "/changes", "{\"verison\":\"b\"}")]
    [InlineData(404, "POST", "/changes", "{\"version\":\"ffff\"}")]
    [InlineData(400, "POST", "/rollback", "{\"text\":\"a\"}")]
    [InlineData(404, "POST", "/changes/none/promote", null)]
    [InlineData(404, "GET", "/changes/none", null)]
    [InlineData(404, "GET", "/versions/none", null)]
    [InlineData(404, "GET", "/nothing", null)]
    [InlineData(400, "GET", "/graph?format=png", null)]
    [InlineData(404, "GET", "/graph?version=none", null)]
    [InlineData(405, "DELETE", "", null)]
    [InlineData(405, "GET", "/pause", null)]
    [InlineData(405, "PUT", "/changes", "{}")]
    public async Task A_malformed_wish_is_answered_with_a_problem(int expected, string method, string path, string? body)
    {
        Answer answer = await rig.SendAsync(new HttpMethod(method), ControlRig.One + path, body, "*");
        Assert.Equal((expected, "application/problem+json"), (answer.Code, answer.Type));
        Assert.NotEmpty(answer.Json.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task Bodies_have_a_limit_and_unknown_topologies_are_not_found()
    {
        Answer huge = await rig.SendAsync(HttpMethod.Post, $"{ControlRig.One}/plan", new string('x', 3 * 1_024 * 1_024));
        Assert.Equal((413, "application/problem+json"), (huge.Code, huge.Type));
        Assert.Equal(404, (await rig.GetAsync("v1/topologies/other")).Code);
        Assert.Equal(404, (await rig.PostAsync("v1/topologies/other/pause")).Code);
        Assert.Equal(1, (await rig.GetAsync("v1/topologies")).Json.GetArrayLength());
        Assert.StartsWith("flowchart", (await rig.GetAsync($"{ControlRig.One}/graph")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_pause_drain_and_go_on()
    {
        Answer paused = await rig.PostAsync($"{ControlRig.One}/pause");
        Assert.Equal((202, "paused"), (paused.Code, paused.Json.GetProperty("run").GetProperty("state").GetString()));
        Assert.True(rig.Live.Order.Paused);
        Assert.Equal(200, (await rig.PostAsync($"{ControlRig.One}/pause")).Code);
        Answer drain = await rig.PostAsync($"{ControlRig.One}/drain");
        Assert.Equal(202, drain.Code);
        Assert.False(rig.Live.Order.Paused);
        Assert.Equal(102, rig.Live.Order.DrainTo![2]);
        Assert.Equal(202, (await rig.PostAsync($"{ControlRig.One}/resume")).Code);
        Assert.Null(rig.Live.Order.DrainTo);
    }

    [Fact]
    public async Task A_log_that_is_away_is_a_503_and_nothing_has_changed()
    {
        rig.Log.IsAway = true;
        Answer answer = await rig.PostAsync($"{ControlRig.One}/changes", new { text = ControlRig.Variant() }, "*");
        Assert.Equal((503, "application/problem+json"), (answer.Code, answer.Type));
        rig.Log.IsAway = false;
        Assert.Equal("\"1\"", (await rig.GetAsync(ControlRig.One)).Tag);
    }
}
